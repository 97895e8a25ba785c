package dev.cardinal.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A standalone Spark cluster on this machine, started and stopped by {@code deploy/standalone/cluster}. Closing stops it. */
final class StandaloneCluster implements AutoCloseable {
    private static final String START_SECONDS = "180";
    private static final long STOP_SECONDS = 60;

    private final Path state;
    private final String master;

    private StandaloneCluster(Path state, String master) {
        this.state = state;
        this.master = master;
    }

    /** Output and exit code of the script. */
    record Result(int exitCode, String out, String err) {}

    /** Starts a master and one worker with these cores and gigabytes. */
    static StandaloneCluster start(Path state, int cores, int gigabytes) throws IOException, InterruptedException {
        return start(state, "--cores", Integer.toString(cores), "--memory", gigabytes + "g");
    }

    /** Starts a master and workers with these options of the script, on free ports. */
    static StandaloneCluster start(Path state, String... options) throws IOException, InterruptedException {
        return start(state, Map.of(), options);
    }

    /** Starts a master and workers of the Spark installation that {@code SPARK_HOME} in this environment names. */
    static StandaloneCluster start(Path state, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--state",
                state.toString(),
                "--port",
                "0",
                "--webui-port",
                "0",
                "--worker-webui-port",
                "0",
                "--timeout",
                START_SECONDS));
        arguments.addAll(List.of(options));
        Result result = run("start", environment, arguments.toArray(String[]::new));
        if (result.exitCode() != 0) {
            throw new IOException("the cluster did not start: " + result.err());
        }
        return new StandaloneCluster(state, result.out().strip());
    }

    /** Runs a command of the script. */
    static Result run(String command, String... arguments) throws IOException, InterruptedException {
        return run(command, Map.of(), arguments);
    }

    private static Result run(String command, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("cluster", ".out");
        Path err = Files.createTempFile("cluster", ".err");
        try {
            List<String> line = new ArrayList<>(List.of(script().toString(), command));
            line.addAll(List.of(arguments));
            // Files, not pipes: the daemons outlive the script and would keep a pipe open.
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("SPARK_DAEMON_MEMORY", "512m");
            builder.environment().remove("SPARK_HOME");
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(Long.parseLong(START_SECONDS) + STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
                throw new IOException("timeout of " + line + ": " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static Path script() {
        return Path.of(System.getProperty("cardinal.launcher"))
                .resolve("../../standalone/cluster")
                .normalize();
    }

    /** Returns the URL for {@code --master}. */
    String master() {
        return master;
    }

    /** Returns the processes of the master and the workers. */
    List<ProcessHandle> daemons() throws IOException {
        List<ProcessHandle> daemons = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(state, "*.pid")) {
            for (Path file : files) {
                String pid = Files.readString(file, StandardCharsets.UTF_8).strip();
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(daemons::add);
            }
        }
        return daemons;
    }

    /** Returns the executors that are running. */
    List<ProcessHandle> executors() throws IOException {
        return daemons().stream()
                .flatMap(ProcessHandle::descendants)
                .filter(process -> process.info().commandLine().orElse("").contains("CoarseGrainedExecutorBackend"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        try {
            Result result = run("stop", "--state", state.toString());
            if (result.exitCode() != 0) {
                throw new IOException("the cluster did not stop: " + result.err());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping the cluster", e);
        }
    }
}
