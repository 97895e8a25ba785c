package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks which device executors choose if Spark assigns a GPU to each, on machines on which TensorFlow detects no GPU. */
class DeviceIT {
    private static final String NOT_SEEN = "TensorFlow's native library ";

    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");

    @BeforeAll
    static void importModel() throws Exception {
        model = JobProcess.importDemoModel(directory);
    }

    @Test
    void executorsReportTheGpuThatSparkAssigned() throws Exception {
        Path discovery = Files.writeString(
                directory.resolve("discover"),
                "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (StandaloneCluster cluster = StandaloneCluster.start(
                directory.resolve("cluster"),
                "--cores",
                "2",
                "--memory",
                "3g",
                "--gpus",
                "2",
                "--gpu-discovery",
                discovery.toString())) {
            autoRunsOnTheCpuAndReportsWhy(cluster.master());
            gpuFailsAtOnce(cluster.master());
        }
    }

    private static void autoRunsOnTheCpuAndReportsWhy(String master) throws Exception {
        Path table = directory.resolve("auto");

        JobProcess.Result result = JobProcess.submit(directory, gpuCluster(master), label(table));

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode devices = runJson(table).path("devices");
        assertThat(devices).hasSize(2);
        assertThat(devices.findValuesAsText("gpu_address")).containsExactlyInAnyOrder("0", "1");
        for (JsonNode use : devices) {
            String address = use.path("gpu_address").asText();
            assertThat(use.path("device").asText()).isEqualTo("cpu");
            assertThat(use.path("precision").asText()).isEqualTo("fp32");
            assertThat(use.path("warning").asText())
                    .startsWith("GPU " + address + ", which Spark assigned, is not used: " + NOT_SEEN);
            assertThat(result.out()).contains("executor " + use.path("executor").asText() + " on ");
        }
    }

    private static void gpuFailsAtOnce(String master) throws Exception {
        Path table = directory.resolve("gpu");

        JobProcess.Result result = JobProcess.submit(directory, gpuCluster(master), label(table, "--device", "gpu"));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err())
                .contains("--device gpu: TensorFlow cannot use GPU ")
                .contains(NOT_SEEN);
        assertThat(table).isDirectoryNotContaining("glob:**.parquet");
    }

    @Test
    void rejectsAClusterWithoutGpusBeforeConnecting() throws Exception {
        JobProcess.Result result = JobProcess.submit(
                directory,
                Map.of("spark.master", "spark://localhost:1"),
                label(directory.resolve("none"), "--device", "gpu"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("cardinal: --device gpu, and this Spark application assigns no GPUs to its tasks: set ");
    }

    @Test
    void rejectsALocalRunWithoutAGpu() throws Exception {
        JobProcess.Result result = JobProcess.submit(directory, label(directory.resolve("local"), "--device", "gpu"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("cardinal: --device gpu: TensorFlow cannot use a GPU of this machine: " + NOT_SEEN);
    }

    private static Map<String, String> gpuCluster(String master) {
        Map<String, String> settings = new TreeMap<>(Map.of(
                "spark.master", master,
                "spark.executor.cores", "1",
                "spark.executor.memory", "1g",
                "spark.executor.resource.gpu.amount", "1",
                "spark.task.resource.gpu.amount", "1"));
        // The first task waits until both executors are registered.
        settings.put("spark.scheduler.minRegisteredResourcesRatio", "1.0");
        settings.put("spark.scheduler.maxRegisteredResourcesWaitingTime", "60s");
        return settings;
    }

    private static String[] label(Path table, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "label",
                "--model",
                model.toString(),
                "--input",
                JobProcess.demoImages().toString(),
                "--output",
                table.toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static JsonNode runJson(Path table) throws IOException {
        return new JsonMapper().readTree(table.resolve("_cardinal/run.json").toFile());
    }
}
