package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code doctor} from the shaded job jar, on a standalone cluster that assigns to each of its two executors a GPU that
 * TensorFlow does not detect.
 */
class DoctorIT {
    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");

    @BeforeAll
    static void importModel() throws Exception {
        model = JobProcess.importDemoModel(directory);
    }

    @Test
    void everyExecutorIsCheckedAndMeasured() throws Exception {
        Path discovery = Files.writeString(
                directory.resolve("discover"),
                "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");
        Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path output = directory.resolve("not/there");
        try (StandaloneCluster cluster = StandaloneCluster.start(
                directory.resolve("cluster"),
                "--workers",
                "2",
                "--cores",
                "1",
                "--memory",
                "2g",
                "--gpus",
                "1",
                "--gpu-discovery",
                discovery.toString())) {
            List<Path> before = entries();

            JobProcess.Result result = JobProcess.submit(
                    directory,
                    settings(cluster.master()),
                    "doctor",
                    "--model",
                    model.toString(),
                    "--input",
                    JobProcess.demoImages().toString(),
                    "--output",
                    output.toString(),
                    "--sample",
                    "64",
                    "--executors",
                    "10",
                    "--format",
                    "json");

            assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
            JsonNode json = JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readTree(result.out());
            assertExecutors(json);
            assertChecks(json);
            assertThat(json.path("input").path("images").asInt()).isEqualTo(1005);
            assertThat(json.path("measurement").path("images").asInt()).isEqualTo(128);
            assertThat(json.path("measurement").path("executors").asInt()).isEqualTo(2);
            assertThat(json.path("measurement").path("written").asText()).isEqualTo("output");
            assertThat(json.path("estimate").path("executors").asInt()).isEqualTo(10);
            assertThat(json.path("estimate").path("seconds").asDouble()).isPositive();
            assertThat(json.path("estimate").path("gpu_hours").isNull()).isTrue();
            assertThat(entries()).as("nothing is left behind").isEqualTo(before);
        }
    }

    @Test
    void terminatedRunLeavesNothingBehind() throws Exception {
        Path output = directory.resolve("cut/off");
        List<Path> before = entries();
        Process doctor = JobProcess.startSubmit(
                directory,
                "doctor",
                "--model",
                model.toString(),
                "--input",
                JobProcess.demoImages().toString(),
                "--output",
                output.toString());
        while (!Files.exists(output)) {
            assertThat(doctor.waitFor(10, TimeUnit.MILLISECONDS))
                    .as(Files.readString(directory.resolve("err.txt")))
                    .isFalse();
        }

        doctor.destroy();

        assertThat(doctor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(doctor.exitValue()).isNotZero();
        assertThat(entries()).isEqualTo(before);
    }

    @Test
    void failedCheckEndsWithExitCode1AndPrintsAdvice() throws Exception {
        Path empty = Files.createDirectories(directory.resolve("empty"));

        JobProcess.Result result = JobProcess.submit(directory, "doctor", "--model", empty.toString());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .containsPattern("model +fail ")
                .contains("-> use a bundle that 'cardinal import' created, or import the model again")
                .contains(", 1 failed");
    }

    private static void assertExecutors(JsonNode json) {
        JsonNode executors = json.path("executors");
        assertThat(executors.findValuesAsText("executor")).containsExactly("0", "1");
        Map<String, String> addresses = new HashMap<>();
        for (JsonNode executor : executors) {
            addresses.put(
                    executor.path("gpu_addresses").path(0).asText(),
                    executor.path("executor").asText());
            assertThat(executor.path("gpu_addresses")).hasSize(1);
            assertThat(executor.path("slots").asInt()).isEqualTo(1);
            assertThat(executor.path("device").asText()).isEqualTo("cpu");
            assertThat(executor.path("tensorflow").asText()).startsWith("2.");
            assertThat(executor.path("load_seconds").asDouble()).isPositive();
            assertThat(executor.path("peak_bytes").asLong()).isPositive();
            assertThat(executor.path("model_images_per_second").asDouble()).isPositive();
            assertThat(executor.path("images_per_second").asDouble()).isPositive();
        }
        assertThat(addresses).containsOnlyKeys("0", "1");
    }

    private static void assertChecks(JsonNode json) {
        Map<String, String> results = new TreeMap<>();
        Map<String, String> findings = new HashMap<>();
        for (JsonNode check : json.path("checks")) {
            results.put(check.path("name").asText(), check.path("result").asText());
            findings.put(check.path("name").asText(), check.path("finding").asText());
        }
        assertThat(results)
                .hasSize(16)
                .containsEntry("spark", "pass")
                .containsEntry("executors", "pass")
                .containsEntry("natives", "pass")
                .containsEntry("device", "warn")
                .containsEntry("golden", "pass")
                .containsEntry("output", "pass")
                .containsEntry("estimate", "pass");
        assertThat(findings.get("executors")).endsWith(": 2 executors on 1 host, 2 tasks at once");
        assertThat(findings.get("device"))
                .contains("(Spark assigns GPU 0)", "(Spark assigns GPU 1)")
                .contains("GPU 0, which Spark assigned, is not used: TensorFlow's native library ");
    }

    private static Map<String, String> settings(String master) {
        return new TreeMap<>(Map.of(
                "spark.master", master,
                "spark.cores.max", "2",
                "spark.executor.cores", "1",
                "spark.executor.memory", "1g",
                "spark.executor.resource.gpu.amount", "1",
                "spark.task.resource.gpu.amount", "1"));
    }

    /** Lists all files except the cluster's and the process's output. */
    private static List<Path> entries() throws IOException {
        List<Path> entries = new ArrayList<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(each -> !each.startsWith(directory.resolve("cluster")))
                    .filter(each -> !each.toString().endsWith(".txt"))
                    .sorted()
                    .forEach(entries::add);
        }
        return entries;
    }
}
