package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs the shaded job jar in a separate process, with the launcher or directly with SparkSubmit. */
final class JobProcess {
    /** More on a machine that does other work at the same time. */
    private static final long TIMEOUT_SECONDS = Long.getLong("cardinal.process.seconds", 400);

    private JobProcess() {}

    /** Output and exit code of a process. */
    record Result(int exitCode, String out, String err) {}

    /** Runs {@code deploy/local/cardinal} with these arguments. */
    static Result launch(Path directory, String... arguments) throws IOException, InterruptedException {
        return launch(directory, Map.of(), arguments);
    }

    /** Runs {@code deploy/local/cardinal} with this environment and these arguments. */
    static Result launch(Path directory, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("cardinal.launcher")));
        command.addAll(List.of(arguments));
        return finish(start(directory, environment, command), directory);
    }

    /** Runs SparkSubmit on the job jar with these arguments. */
    static Result submit(Path directory, String... arguments) throws IOException, InterruptedException {
        return finish(startSubmit(directory, arguments), directory);
    }

    /** Runs SparkSubmit on the job jar with this configuration and these arguments. */
    static Result submit(Path directory, Map<String, String> configuration, String... arguments)
            throws IOException, InterruptedException {
        return finish(startSubmit(directory, configuration, arguments), directory);
    }

    /** Imports the demo's model below a directory with the job jar. */
    static Path importDemoModel(Path directory) throws IOException, InterruptedException {
        Path model = directory.resolve("model");
        Result imported = submit(directory, "import", "--card", DemoBundle.ID, "--output", model.toString());
        assertThat(imported.exitCode()).as(imported.err()).isZero();
        return model;
    }

    /** Starts SparkSubmit on the job jar, for tests that kill it. */
    static Process startSubmit(Path directory, String... arguments) throws IOException {
        return startSubmit(directory, Map.of(), arguments);
    }

    /** Starts SparkSubmit on the job jar with this configuration, for tests that kill it. */
    static Process startSubmit(Path directory, Map<String, String> configuration, String... arguments)
            throws IOException {
        return startSubmit(
                directory,
                configuration,
                "dev.cardinal.job.Cardinal",
                Path.of(System.getProperty("cardinal.jar")),
                arguments);
    }

    /** Runs SparkSubmit on a user's program, with the job jar as an additional jar. */
    static Result submitProgram(
            Path directory, Map<String, String> configuration, Class<?> program, Path jar, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> settings = new TreeMap<>(configuration);
        settings.put("spark.jars", System.getProperty("cardinal.jar"));
        return finish(startSubmit(directory, settings, program.getName(), jar, arguments), directory);
    }

    private static Process startSubmit(
            Path directory, Map<String, String> configuration, String mainClass, Path jar, String... arguments)
            throws IOException {
        Map<String, String> settings = new TreeMap<>(Map.of("spark.master", "local[2]", "spark.ui.enabled", "false"));
        String shortLived = String.join(" ", shortLived());
        if (!shortLived.isEmpty()) {
            settings.put("spark.executor.extraJavaOptions", shortLived);
        }
        settings.putAll(configuration);
        List<String> command = java("-Xmx2g");
        command.add("org.apache.spark.deploy.SparkSubmit");
        settings.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
        command.addAll(List.of("--class", mainClass, jar.toString()));
        command.addAll(List.of(arguments));
        return start(directory, Map.of(), command);
    }

    /** Returns a Java command line up to the main class, with Spark on the class path as in the launcher. */
    static List<String> java(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(javaProgram()));
        command.addAll(List.of(options));
        command.addAll(shortLived());
        command.addAll(List.of("-XX:SharedArchiveFile=" + Archive.FILE, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
        command.addAll(sparkOptions());
        return command;
    }

    private static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static List<String> sparkOptions() throws IOException {
        List<String> options = new ArrayList<>(
                List.of(System.getProperty("cardinal.spark.jvm.options").split(" ", -1)));
        options.addAll(List.of("-cp", sparkClasspath()));
        return options;
    }

    /** Java's archive of Spark's classes, which saves a quarter of a short process. The first test that starts a process writes it. */
    private static final class Archive {
        private static final Path FILE =
                Path.of(System.getProperty("cardinal.spark.classpath")).resolveSibling("spark.jsa");

        static {
            // Other JVMs run other tests at the same time.
            try (FileChannel lock = FileChannel.open(
                            FILE.resolveSibling("spark.jsa.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock held = lock.lock()) {
                if (held.isValid() && !Files.exists(FILE)) {
                    write();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void write() throws IOException {
            List<String> command = new ArrayList<>(List.of(javaProgram(), "-XX:ArchiveClassesAtExit=" + FILE));
            command.addAll(sparkOptions());
            command.addAll(List.of(
                    "org.apache.spark.deploy.SparkSubmit",
                    "--conf",
                    "spark.ui.enabled=false",
                    "--class",
                    "dev.cardinal.job.Cardinal",
                    System.getProperty("cardinal.jar"),
                    "sql",
                    "--query",
                    "SELECT a, count(*) FROM VALUES (1), (2) AS t(a) GROUP BY a ORDER BY a"));
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join();
        }
    }

    /** Returns JVM options for processes that live for seconds; benchmarks have none. */
    private static List<String> shortLived() {
        String options = System.getProperty("cardinal.short.jvm.options", "");
        return options.isEmpty() ? List.of() : List.of(options.split(" ", -1));
    }

    /** Returns Spark's jars, separated by colons. */
    static String sparkClasspath() throws IOException {
        return Files.readString(Path.of(System.getProperty("cardinal.spark.classpath")))
                .strip();
    }

    /** Returns the directory of the demo's images, which has a directory for each class. */
    static Path demoImages() {
        return Path.of(System.getProperty("cardinal.launcher"))
                .resolve("../../../spark-job/src/main/resources/dev/cardinal/job/demo/images")
                .normalize();
    }

    /** Starts a command with this environment; its output goes to files in the directory. */
    static Process start(Path directory, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out.txt").toFile())
                .redirectError(directory.resolve("err.txt").toFile());
        builder.environment().put("CI", "true");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits until a process that was started in this directory ends. */
    static Result finish(Process process, Path directory) throws IOException, InterruptedException {
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            throw new IOException("the process did not end within " + TIMEOUT_SECONDS + " s: "
                    + Files.readString(directory.resolve("err.txt")));
        }
        return new Result(
                process.exitValue(),
                Files.readString(directory.resolve("out.txt")),
                Files.readString(directory.resolve("err.txt")));
    }
}
