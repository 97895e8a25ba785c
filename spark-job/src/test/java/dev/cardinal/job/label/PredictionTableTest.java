package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.LocalSpark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    void rowsAreReadBackWhateverTheTableIsCalled(String name) throws IOException {
        SparkSession spark = LocalSpark.session();
        PredictionTable table = at(name);
        Dataset<Row> rows = spark.range(3).selectExpr("'ok' AS status").coalesce(1);

        table.append(rows);
        table.append(rows);

        assertThat(table.files()).hasSize(2);
        assertThat(table.counts(spark)).isEqualTo(Map.of("ok", 6L));
        assertThat(table.read(spark, List.copyOf(table.files())).columns()).containsExactly("status");
    }

    @Test
    void missingTableHasNoRows() throws IOException {
        PredictionTable table = at("nowhere");

        assertThat(table.files()).isEmpty();
        assertThat(table.rows(LocalSpark.session())).isEmpty();
        assertThat(table.counts(LocalSpark.session())).isEmpty();
        assertThat(table.lastRun()).isEmpty();
    }

    @Test
    void directoryWithoutARecordIsNoTable() {
        assertThatThrownBy(() -> at("nowhere").origin())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("are no predictions table: it has no _cardinal/run.json");
    }

    @Test
    void recordThatIsNoJsonIsNamed() throws IOException {
        Files.createDirectories(directory.resolve("table/_cardinal"));
        Files.writeString(directory.resolve("table/_cardinal/run.json"), "{\"outcome\": \"do");

        assertThatThrownBy(() -> at("table").lastRun())
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("run.json is no record of a run");
    }

    private PredictionTable at(String name) throws IOException {
        return PredictionTable.at(
                new org.apache.hadoop.fs.Path(directory.resolve(name).toString()), new Configuration());
    }
}
