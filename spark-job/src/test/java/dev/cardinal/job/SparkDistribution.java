package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A complete Spark, with its shells and servers: the installation inside of the Python package {@code pyspark}. The environment variable
 * {@code CARDINAL_PYTHON} names the Python that has the package; the default is the Python on the path.
 *
 * @param python the Python program
 * @param version version of Spark
 * @param home directory of the installation, for {@code SPARK_HOME}
 */
record SparkDistribution(String python, String version, Path home) {
    private static final String LOCATE =
            "import os, pyspark; print(pyspark.__version__); print(os.path.dirname(pyspark.__file__))";
    private static final Duration PORT_TIMEOUT = Duration.ofMinutes(2);

    /** Returns the installation; without one, the calling test is skipped, and the log says so. */
    static SparkDistribution find(Path directory) throws IOException, InterruptedException {
        String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
        String reason = python + " has no package pyspark";
        try {
            JobProcess.Result located =
                    JobProcess.finish(JobProcess.start(directory, Map.of(), List.of(python, "-c", LOCATE)), directory);
            if (located.exitCode() == 0) {
                List<String> lines = located.out().lines().toList();
                return new SparkDistribution(python, lines.get(0), Path.of(lines.get(1)));
            }
        } catch (IOException e) {
            reason = "there is no program " + python;
        }
        String message = "SKIPPED: the tests with a complete Spark, because " + reason
                + ": set CARDINAL_PYTHON to a Python with pyspark[connect], pandas and pyarrow";
        System.err.println(message);
        return abort(message);
    }

    /** Returns the environment of programs that use the installation. */
    Map<String, String> environment() {
        return Map.of(
                "SPARK_HOME",
                home.toString(),
                "PYSPARK_PYTHON",
                python,
                "SPARK_LOCAL_IP",
                "127.0.0.1",
                "TF_CPP_MIN_LOG_LEVEL",
                "2",
                "JAVA_TOOL_OPTIONS",
                System.getProperty("cardinal.short.jvm.options", ""));
    }

    /** Runs a program of the installation's {@code bin} with these lines as its input. */
    JobProcess.Result run(Path directory, List<String> lines, String program, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = command(program, arguments);
        Path input = Files.write(directory.resolve("in.txt"), lines);
        // A shell, so that the input is a file.
        command.addAll(0, List.of("/bin/sh", "-c", "exec \"$@\" < in.txt", "sh"));
        assertThat(input).exists();
        return JobProcess.finish(JobProcess.start(directory, environment(), command), directory);
    }

    /** Starts a server with spark-submit and waits until it accepts connections on a port; the caller closes it. */
    Server serve(Path directory, int port, String mainClass, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("--class", mainClass));
        options.addAll(arguments);
        options.add("spark-internal");
        Process process = JobProcess.start(directory, environment(), command("spark-submit", options));
        Server server = new Server(process);
        Instant end = Instant.now().plus(PORT_TIMEOUT);
        while (!accepts(port)) {
            if (Instant.now().isAfter(end) || process.waitFor(200, TimeUnit.MILLISECONDS)) {
                server.close();
                throw new IOException("the server did not start: " + Files.readString(directory.resolve("err.txt")));
            }
        }
        return server;
    }

    /** Runs a Python program with more variables in its environment. */
    JobProcess.Result python(Path directory, Map<String, String> variables, Path program, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>(environment());
        environment.putAll(variables);
        List<String> command = new ArrayList<>(List.of(python, program.toString()));
        command.addAll(List.of(arguments));
        return JobProcess.finish(JobProcess.start(directory, environment, command), directory);
    }

    private List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        return command;
    }

    /** Returns a port that was free a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket("localhost", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** A running server; closing it ends the process. */
    record Server(Process process) implements AutoCloseable {
        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(30, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
