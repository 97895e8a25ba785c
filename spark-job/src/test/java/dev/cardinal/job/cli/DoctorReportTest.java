package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.doctor.Diagnosis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Text and JSON of a diagnosis. */
class DoctorReportTest {
    @Test
    void textHasChecksExecutorsStagesAndEstimate() {
        assertThat(text(Diagnoses.measured())).isEqualTo("""
                        java          pass     Java 17.0.15 on the driver and 2 executors
                        device        warn     cpu in fp32 (Spark assigns GPU 0) on executor 0 (left); GPU 0, which Spark
                                               assigns, is not used
                                               -> build the job jar with the native library for GPUs (./mvnw -Pgpu
                                                  package)
                        output        skipped  needs a directory: --output DIR

                        executor  host   tasks  GPU  device      heap    peak  model alone  images/s
                        0         left       1  0    cpu fp32  4.0 GB  3.0 GB           21        20
                        1         right      1  1    cpu fp32  4.0 GB  3.0 GB           21        21

                        stage   seconds  ms per image  share
                        fetch      8.00         20.00         at the same time
                        decode     4.00         10.00         at the same time
                        wait       1.00          2.50    5 %
                        infer     19.00         47.50   95 %
                        write      0.50          1.25         at the same time
                        commit     1.25                       once for every commit

                        The estimate assumes that
                        - every image takes as long

                        doctor: 1 check passed, 1 warning, 0 failed
                        """);
    }

    @Test
    void unknownPartsAreOmitted() {
        assertThat(text(Diagnoses.failed())).isEqualTo("""
                        spark         fail     Spark does not start
                                               -> start it

                        doctor: 0 checks passed, 0 warnings, 1 failed
                        """);
    }

    @Test
    void longTextIsWrappedAtWords() {
        assertThat(DoctorReport.wrapped("one two three", 7)).containsExactly("one two", "three");
        assertThat(DoctorReport.wrapped("one twothreefour five", 7)).containsExactly("one", "twothreefour", "five");
        assertThat(DoctorReport.wrapped("", 7)).containsExactly("");
    }

    @Test
    void documentHasItsFields() throws IOException {
        JsonNode json = json(Diagnoses.measured());

        assertThat(names(json))
                .containsExactly(
                        "outcome",
                        "exit_code",
                        "passed",
                        "warnings",
                        "failed",
                        "skipped",
                        "master",
                        "versions",
                        "checks",
                        "executors",
                        "model",
                        "input",
                        "measurement",
                        "bottleneck",
                        "estimate");
        assertThat(json.path("outcome").asText()).isEqualTo("pass");
        assertThat(json.path("exit_code").asInt()).isZero();
        assertThat(json.path("warnings").asInt()).isEqualTo(1);
        assertThat(names(json.path("checks").path(0))).containsExactly("name", "result", "finding", "advice");
        assertThat(json.path("checks").findValuesAsText("result")).containsExactly("pass", "warn", "skipped");
        assertThat(json.path("checks").path(1).path("name").asText()).isEqualTo("device");
        assertThat(names(json.path("executors").path(0)))
                .containsExactly(
                        "executor",
                        "host",
                        "cores",
                        "slots",
                        "gpu_addresses",
                        "java",
                        "spark",
                        "cardinal",
                        "tensorflow",
                        "processor",
                        "device",
                        "precision",
                        "auto_precision",
                        "heap_bytes",
                        "machine_bytes",
                        "peak_bytes",
                        "native_cache",
                        "native_cache_free_bytes",
                        "load_seconds",
                        "model_images_per_second",
                        "images_per_second");
        assertThat(names(json.path("model"))).containsExactly("id", "fingerprint", "title", "classes", "bytes");
        assertThat(names(json.path("input")))
                .containsExactly("images", "bytes", "skipped", "listing_seconds", "statuses", "examples");
        assertThat(names(json.path("measurement")))
                .containsExactly(
                        "images",
                        "tasks",
                        "executors",
                        "images_per_second_per_executor",
                        "batch_size",
                        "batch_fill",
                        "bytes",
                        "stage_seconds",
                        "close_seconds",
                        "commit_seconds",
                        "written");
        assertThat(json.path("measurement").path("stage_seconds").toString())
                .isEqualTo("{\"fetch\":8.0,\"decode\":4.0,\"wait\":1.0,\"infer\":19.0,\"write\":0.5}");
        assertThat(json.path("bottleneck").toString())
                .isEqualTo("{\"stage\":\"model\",\"share\":0.95,\"advice\":\"the model took 95 % of the time\"}");
        assertThat(names(json.path("estimate")))
                .containsExactly(
                        "images",
                        "executors",
                        "images_per_second",
                        "start_seconds",
                        "seconds",
                        "executor_hours",
                        "gpu_hours",
                        "assumptions");
    }

    @Test
    void documentOfAFailureHasTheSameFields() throws IOException {
        JsonNode json = json(Diagnoses.failed());

        assertThat(names(json)).isEqualTo(names(json(Diagnoses.measured())));
        assertThat(json.path("outcome").asText()).isEqualTo("fail");
        assertThat(json.path("exit_code").asInt()).isEqualTo(1);
        assertThat(json.path("master").isNull()).isTrue();
        assertThat(json.path("estimate").isNull()).isTrue();
    }

    private static List<String> names(JsonNode node) {
        return node.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static String text(Diagnosis diagnosis) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DoctorReport.printText(diagnosis, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static JsonNode json(Diagnosis diagnosis) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DoctorReport.printJson(diagnosis, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new JsonMapper().readTree(out.toByteArray());
    }
}
