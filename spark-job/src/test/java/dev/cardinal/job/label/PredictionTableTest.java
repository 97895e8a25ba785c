package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionTableTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b",
                "hundred%20percent",
                "größe 日本",
                "star*",
                "what?",
                "[set]",
                "{a,b}",
                "back\\slash",
                "date=2026-01-01"
            })
    void rowsAreReadBackWithAnyTableName(String name) throws IOException {
        SparkSession spark = TestSpark.session();
        PredictionTable table = at(name);
        Dataset<Row> rows = spark.range(3).selectExpr("'ok' AS status").coalesce(1);

        try (RunLock lock = table.lock(Clock.systemUTC())) {
            table.append(rows, lock);
            table.append(rows, lock);
        }

        assertThat(table.files()).hasSize(2);
        assertThat(table.store().totals(spark)).isEqualTo(Map.of("ok", 6L));
        assertThat(table.store().rows(spark).orElseThrow().columns()).containsExactly("status");
    }

    /** The situation of a run whose lock expired while its tasks ran: its rows are complete, but it must not publish them. */
    @Test
    void commitOfARunThatLostItsLockIsNotPublished() throws IOException {
        SparkSession spark = TestSpark.session();
        PredictionTable table = at("fenced");
        Dataset<Row> rows = spark.range(3).selectExpr("'ok' AS status").coalesce(1);
        try (RunLock lost = table.lock(Clock.systemUTC())) {
            Files.delete(directory.resolve("fenced/_cardinal/lock"));

            Path successors = taskOfAnotherRun("fenced");

            assertThatThrownBy(() -> table.append(rows, lost)).hasStackTraceContaining("lost the lock");
            assertThat(successors).as("the file of the run that took over").isRegularFile();
        }
        assertThat(table.files()).isEmpty();
    }

    @Test
    void commitDoesNotPublishFilesOfAnotherRun() throws IOException {
        SparkSession spark = TestSpark.session();
        PredictionTable table = at("table");
        Dataset<Row> rows = spark.range(3).selectExpr("'ok' AS status").coalesce(1);
        try (RunLock held = table.lock(Clock.systemUTC())) {
            taskOfAnotherRun("table");

            table.append(rows, held);
        }
        assertThat(table.files()).singleElement().asString().doesNotContain("part-of-another-run");
    }

    /** Writes the file of a committed task where a committer without job attempts would look for its own files. */
    private Path taskOfAnotherRun(String table) throws IOException {
        Path task = Files.createDirectories(directory.resolve(table + "/_temporary/0/task_0_0001_m_000000"));
        return Files.writeString(task.resolve("part-of-another-run.parquet"), "rows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "{\"options\":{}}", "{\"options\":{},\"model\":{\"id\":\"m@1\"}}"})
    void incompleteRecordIsReported(String record) throws IOException {
        Files.createDirectories(directory.resolve("table/_cardinal"));
        Files.writeString(directory.resolve("table/_cardinal/run.json"), record);

        assertThatThrownBy(() -> at("table").lastRun())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("run.json is not the record of a run");
    }

    @Test
    void missingTableHasNoRows() throws IOException {
        PredictionTable table = at("nowhere");

        assertThat(table.files()).isEmpty();
        assertThat(table.rows(TestSpark.session())).isEmpty();
        assertThat(table.store().totals(TestSpark.session())).isEmpty();
        assertThat(table.lastRun()).isEmpty();
    }

    @Test
    void directoryWithoutARecordIsNotATable() {
        assertThatThrownBy(() -> at("nowhere").origin())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not a predictions table: it has no _cardinal/run.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"outcome\": \"done\", \"images_per_second\": 12.5 | 12.5",
                "\"outcome\": \"gate-exceeded\", \"images_per_second\": 12.5 | 12.5",
                "\"outcome\": \"done\", \"images_per_second\": 0.0 |",
                "\"outcome\": \"running\", \"images_per_second\": 0.0 |",
                "\"outcome\": \"failed\", \"images_per_second\": 12.5 |",
                "\"outcome\": \"failed\", \"images_per_second\": 12.5, \"measured\": {\"images\": 7, \"images_per_second\": 3.5}"
                        + " | 3.5",
                "\"outcome\": \"done\", \"images_per_second\": 0.0, \"measured\": {\"images\": 7, \"images_per_second\": 3.5} | 3.5"
            })
    void speedIsOfTheLastRunThatLabeledImagesAndEnded(String record, @Nullable Double expected) throws IOException {
        Files.createDirectories(directory.resolve("table/_cardinal"));
        Files.writeString(
                directory.resolve("table/_cardinal/run.json"),
                "{\"model\": {\"id\": \"m@1\", \"fingerprint\": \"01\", \"classes\": []}, \"options\": {}, " + record
                        + "}");

        assertThat(at("table").origin().imagesPerSecond()).isEqualTo(expected);
    }

    @Test
    void recordThatIsNotJsonIsReported() throws IOException {
        Files.createDirectories(directory.resolve("table/_cardinal"));
        Files.writeString(directory.resolve("table/_cardinal/run.json"), "{\"outcome\": \"do");

        assertThatThrownBy(() -> at("table").lastRun())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("run.json is not the record of a run");
    }

    private PredictionTable at(String name) throws IOException {
        return PredictionTable.at(
                new org.apache.hadoop.fs.Path(directory.resolve(name).toString()), new Configuration());
    }
}
