package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts {@code deploy/standalone/cluster} with two workers and runs the launcher on it, as a scheduled run does. */
class StandaloneScriptsIT {
    private static final int IMAGES = 1005;

    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");

    @BeforeAll
    static void importModel() throws Exception {
        model = JobProcess.importDemoModel(directory);
    }

    @Test
    void twoWorkersWithAGpuEachLabelAllImagesAndStopLeavesNothingBehind() throws Exception {
        Path state = directory.resolve("cluster state");
        try (StandaloneCluster cluster = StandaloneCluster.start(
                state,
                "--workers",
                "2",
                "--cores",
                "1",
                "--memory",
                "2g",
                "--gpus",
                "1",
                "--gpu-discovery",
                discoveryScript().toString())) {
            secondStartIsRejected(state);
            Map<String, String> launcher = launcher(cluster.master());
            Path table = directory.resolve("table");

            bothWorkersLabelEveryImage(launcher, table);
            executorLogsNameTheTask(state);
            secondRunFindsNothingToDo(launcher, table);
            stopEndsARunningApplication(cluster, state);
        }
        assertThat(StandaloneCluster.run("stop", "--state", state.toString()).exitCode())
                .as("stopping a stopped cluster")
                .isZero();
        assertThat(state).as("links to jars").isDirectoryNotContaining("glob:**/spark");
    }

    private static Path discoveryScript() throws IOException {
        Path script = Files.writeString(
                directory.resolve("discover"),
                "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void secondStartIsRejected(Path state) throws Exception {
        StandaloneCluster.Result second = StandaloneCluster.run("start", "--state", state.toString());

        assertThat(second.exitCode()).isEqualTo(2);
        assertThat(second.err()).contains("cluster: already running: worker-1 worker-2 master; stop first");
    }

    private static void bothWorkersLabelEveryImage(Map<String, String> launcher, Path table) throws Exception {
        JobProcess.Result result = label(launcher, table);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(rows(table)).isEqualTo(IMAGES);
        JsonNode devices = read(table.resolve("_cardinal/run.json")).path("devices");
        assertThat(devices.findValuesAsText("gpu_address")).containsExactlyInAnyOrder("0", "1");
    }

    private static void executorLogsNameTheTask(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state.resolve("work"))) {
            List<Path> logs = files.filter(file -> file.endsWith("stderr")).toList();
            assertThat(logs).hasSize(2);
            for (Path log : logs) {
                assertThat(log).content().containsPattern("\\[task \\d+\\.0 in stage \\d+\\.0 \\(TID \\d+\\)] ");
            }
        }
    }

    private static void secondRunFindsNothingToDo(Map<String, String> launcher, Path table) throws Exception {
        JsonNode before = read(table.resolve("_cardinal/run.json"));

        JobProcess.Result again = label(launcher, table);

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("nothing to do: all 1,005 images are labeled already");
        assertThat(rows(table)).isEqualTo(IMAGES);
        assertThat(read(table.resolve("_cardinal/run.json")))
                .as("the last run that labeled images")
                .isEqualTo(before);
        try (Stream<Path> files = Files.list(table.resolve("_cardinal/runs"))) {
            TreeSet<Path> runs = new TreeSet<>(files.toList());
            assertThat(runs).hasSize(2);
            JsonNode last = read(runs.last());
            assertThat(last.path("outcome").asText()).isEqualTo("done");
            assertThat(last.path("commits").asInt()).isZero();
            assertThat(last.path("counts")).isEqualTo(before.path("counts"));
        }
    }

    private static void stopEndsARunningApplication(StandaloneCluster cluster, Path state) throws Exception {
        Process driver = JobProcess.startSubmit(
                directory,
                Map.of("spark.master", cluster.master(), "spark.executor.memory", "1g"),
                arguments(directory.resolve("interrupted")));
        try {
            while (cluster.executors().isEmpty()) {
                assertThat(driver.waitFor(100, TimeUnit.MILLISECONDS))
                        .as("the driver ended before it had executors: "
                                + Files.readString(directory.resolve("err.txt")))
                        .isFalse();
            }
            cluster.close();
        } finally {
            driver.destroyForcibly().waitFor();
        }
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains(state.toString())))
                .as("remaining processes")
                .isEmpty();
    }

    private static Map<String, String> launcher(String master) {
        return Map.of(
                "CARDINAL_MASTER",
                master,
                "CARDINAL_DRIVER_MEMORY",
                "1g",
                "CARDINAL_SPARK_OPTS",
                "--conf spark.executor.cores=1 --conf spark.executor.memory=1g"
                        + " --conf spark.executor.resource.gpu.amount=1 --conf spark.task.resource.gpu.amount=1"
                        // The first task waits until both executors are registered.
                        + " --conf spark.scheduler.minRegisteredResourcesRatio=1.0"
                        + " --conf spark.scheduler.maxRegisteredResourcesWaitingTime=60s");
    }

    private static JobProcess.Result label(Map<String, String> launcher, Path table) throws Exception {
        return JobProcess.launch(directory, launcher, arguments(table));
    }

    private static String[] arguments(Path table) {
        return new String[] {
            "label",
            "--model",
            model.toString(),
            "--input",
            JobProcess.demoImages().toString(),
            "--output",
            table.toString()
        };
    }

    private static long rows(Path table) throws Exception {
        return (Long) DuckDb.value(table, "SELECT count(DISTINCT path) FROM $table");
    }

    private static JsonNode read(Path file) throws IOException {
        return new JsonMapper().readTree(file.toFile());
    }
}
