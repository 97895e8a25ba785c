package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Checks what {@code deploy/standalone/cluster} rejects, and its commands if nothing runs; {@link StandaloneScriptsIT} runs
 * clusters.
 */
class StandaloneScriptTest {
    private static final Path SCRIPT = Path.of("../deploy/standalone/cluster");

    @TempDir
    private Path directory;

    private record Result(int exitCode, String out, String err) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    go                                        | the command must be start, join, status or stop, not 'go'
                    start --workers                           | unknown option, or no value after it: '--workers'
                    start --workers two                       | --workers must be a whole number, not 'two'
                    start --worker 2                          | unknown option '--worker'
                    start --workers 2 --cores 1               | give --cores and --memory of each
                    start --memory 3                          | --memory must be a size such as 6g or 3000m, not '3'
                    start --gpus 1 --gpu-discovery /not/there | --gpu-discovery /not/there is not an executable file
                    start --properties-file /not/there        | --properties-file /not/there cannot be read
                    join                                      | join needs the URL of a master
                    join http://localhost:8080                | not 'http://localhost:8080'
                    join spark://localhost:7077 --port 1      | unknown option '--port'
                    join spark://localhost:7077 --workers 0   | join needs at least one worker
                    stop --workers 2                          | stop does not accept '--workers'
                    """)
    void wrongUsageIsReportedBeforeAnythingStarts(String line, String message) throws Exception {
        Result result = run(line.split(" ", -1));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("cluster: ").contains(message);
        assertThat(state()).doesNotExist();
    }

    @Test
    void rejectsMoreGpusThanTheMachineHas() throws Exception {
        Path discovery = Files.writeString(
                directory.resolve("discover"), "#!/bin/sh\necho '{\"name\":\"gpu\",\"addresses\":[\"0\",\"1\"]}'\n");
        Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));

        Result result = start("--gpus", "3", "--gpu-discovery", discovery.toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("1 workers with 3 GPUs each need 3, but " + discovery + " finds 2");
        assertThat(state()).isEmptyDirectory();
    }

    @Test
    void failingDiscoveryScriptStopsTheStart() throws Exception {
        Path discovery =
                Files.writeString(directory.resolve("discover"), "#!/bin/sh\necho 'no GPU here' >&2\nexit 1\n");
        Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));

        Result result = start("--gpus", "1", "--gpu-discovery", discovery.toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("no GPU here", "found no GPU; its message is above");
        assertThat(state()).isEmptyDirectory();
    }

    @Test
    void rejectsSparkHomeWithoutSpark() throws Exception {
        Result result = start("--workers", "0");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("which has no bin/spark-class");
    }

    @Test
    void stopSucceedsIfNothingRuns() throws Exception {
        assertThat(run("stop").exitCode()).isZero();

        Files.createDirectory(state());
        Files.writeString(
                state().resolve("master.pid"),
                Long.toString(ProcessHandle.current().pid()));

        assertThat(run("stop").exitCode())
                .as("the process id belongs to another program now")
                .isZero();
        assertThat(state()).isEmptyDirectory();
    }

    @Test
    void statusFailsIfNothingRuns() throws Exception {
        assertThat(run("status").exitCode()).isEqualTo(1);
    }

    @Test
    void rejectsACommandWhileAnotherOneRuns() throws Exception {
        Files.createDirectories(state().resolve("lock"));

        Result result = run("stop");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("another start or stop is running in ", "rmdir '");
    }

    @Test
    void helpListsEveryOption() throws Exception {
        Result help = run("--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .contains("--workers N", "--gpus N", "--state DIR", "exit codes: ")
                .doesNotContain("set -euo");
    }

    private Path state() {
        return directory.resolve("state");
    }

    /** Runs start with an installation of Spark that passes the script's check, but only if GPUs are requested. */
    private Result start(String... options) throws IOException, InterruptedException {
        Path bin = Files.createDirectories(directory.resolve("spark/bin"));
        if (List.of(options).contains("--gpus")) {
            Path program = Files.writeString(bin.resolve("spark-class"), "#!/bin/sh\nexit 1\n");
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        List<String> arguments = new ArrayList<>(List.of("start"));
        arguments.addAll(Arrays.asList(options));
        return run(arguments.toArray(String[]::new));
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString()));
        command.addAll(List.of(arguments));
        Path err = directory.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("CARDINAL_CLUSTER_DIR", state().toString());
        builder.environment().put("SPARK_HOME", directory.resolve("spark").toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), out, Files.readString(err));
    }
}
