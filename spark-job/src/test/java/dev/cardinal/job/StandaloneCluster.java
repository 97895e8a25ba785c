package dev.cardinal.job;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A standalone Spark master and worker in processes of their own, straight from Maven's jars. Closing stops them. */
final class StandaloneCluster implements AutoCloseable {
    private static final int START_SECONDS = 60;

    private final String master;
    private final Path jars;
    private final List<Process> processes;

    private StandaloneCluster(String master, Path jars, List<Process> processes) {
        this.master = master;
        this.jars = jars;
        this.processes = processes;
    }

    /** Starts a master and one worker with these cores and gigabytes, and waits until the worker is registered. */
    static StandaloneCluster start(Path directory, int cores, int gigabytes) throws IOException, InterruptedException {
        return start(directory, cores, gigabytes, Map.of());
    }

    /** The same with settings of the worker's. */
    static StandaloneCluster start(Path directory, int cores, int gigabytes, Map<String, String> settings)
            throws IOException, InterruptedException {
        Path home = sparkHome(directory);
        int port = freePort();
        String master = "spark://localhost:" + port;
        List<Process> processes = new ArrayList<>();
        StandaloneCluster cluster = new StandaloneCluster(master, home.resolve("jars"), processes);
        try {
            processes.add(start(
                    home,
                    "master",
                    Map.of(),
                    "org.apache.spark.deploy.master.Master",
                    "--host",
                    "localhost",
                    "--port",
                    Integer.toString(port),
                    "--webui-port",
                    "0"));
            Path log = home.resolve("worker.log");
            processes.add(start(
                    home,
                    "worker",
                    settings,
                    "org.apache.spark.deploy.worker.Worker",
                    "--host",
                    "localhost",
                    "--webui-port",
                    "0",
                    "--cores",
                    Integer.toString(cores),
                    "--memory",
                    gigabytes + "g",
                    "--work-dir",
                    directory.resolve("work").toString(),
                    master));
            awaitLine(processes.get(1), log, "Successfully registered with master");
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** What Spark takes for an installation: {@code jars/} and an empty {@code RELEASE}. */
    private static Path sparkHome(Path directory) throws IOException {
        Path jars = Files.createDirectories(directory.resolve("spark/jars"));
        for (String entry : JobProcess.sparkClasspath().split(File.pathSeparator, -1)) {
            Path jar = Path.of(entry);
            try {
                Files.createSymbolicLink(jars.resolve(jar.getFileName().toString()), jar);
            } catch (FileAlreadyExistsException e) {
                throw new IOException("two jars of Spark are called " + jar.getFileName(), e);
            }
        }
        Path home = directory.resolve("spark");
        Files.createFile(home.resolve("RELEASE"));
        return home;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Process start(Path home, String name, Map<String, String> settings, String... command)
            throws IOException {
        List<String> options = new ArrayList<>(List.of("-Xmx512m"));
        settings.forEach((key, value) -> options.add("-D" + key + "=" + value));
        List<String> line = JobProcess.java(options.toArray(String[]::new));
        line.addAll(List.of(command));
        File log = home.resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log);
        Map<String, String> environment = builder.environment();
        environment.put("SPARK_HOME", home.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("SPARK_SCALA_VERSION", "2.13"); // which Spark would ask its scripts' folders for
        environment.put("SPARK_LOCAL_IP", "127.0.0.1");
        return builder.start();
    }

    private static void awaitLine(Process process, Path log, String line) throws IOException, InterruptedException {
        for (int waited = 0; waited < START_SECONDS * 10; waited++) {
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                break;
            }
            if (Files.readString(log).contains(line)) {
                return;
            }
        }
        throw new IOException("no '" + line + "' from the worker: " + Files.readString(log));
    }

    /** URL for {@code --master}. */
    String master() {
        return master;
    }

    /** The executors that run now. */
    List<ProcessHandle> executors() {
        return processes
                .get(1)
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        try (Stream<Path> links = Files.list(jars)) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        }
    }
}
