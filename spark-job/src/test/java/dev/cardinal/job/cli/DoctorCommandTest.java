package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.TestSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines of {@code doctor}; the integration test starts Spark. */
class DoctorCommandTest {
    private static final String MASTER = "spark.master";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @BeforeAll
    static void stopSpark() {
        TestSpark.stop();
    }

    @AfterEach
    void clearMaster() {
        System.clearProperty(MASTER);
    }

    @AfterAll
    static void resetLogging() {
        Logging.apply(false);
    }

    @ParameterizedTest
    @CsvSource({
        "--executors 0, '--executors must be at least 1, not 0'",
        "--sample 0, '--sample must be at least 1, not 0'",
        "--batch-size 0 --prefetch 0, '--prefetch must be at least 1, not 0'",
        "--card c.json, --card c.json describes a model: add the model with --model",
        "--format xml, --format",
        "--precision fp64, --precision",
        "--modle m, --model"
    })
    void wrongUsageEndsWithExitCode2(String line, String expected) {
        assertThat(run(("doctor " + line).split(" ", -1))).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("cardinal: ")
                .contains(expected)
                .contains("--help'.");
        assertThat(printed.size()).isZero();
    }

    @Test
    void failureToStartSparkIsReported() throws IOException {
        System.setProperty(MASTER, "nonsense://here");

        int exitCode = run("doctor", "--format", "json");

        assertThat(exitCode).isEqualTo(1);
        JsonNode json = new JsonMapper().readTree(printed.toByteArray());
        assertThat(json.path("outcome").asText()).isEqualTo("fail");
        assertThat(json.path("failed").asInt()).isEqualTo(1);
        assertThat(json.path("checks").findValuesAsText("result")).hasSize(16).startsWith("pass", "fail", "skipped");
        assertThat(json.path("checks").path(1).path("finding").asText())
                .startsWith("Spark does not start: ")
                .contains("nonsense://here");
    }

    private int run(String... args) {
        Console console = new Console(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                false);
        return new CommandRunner(console).run(args);
    }
}
