package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.CredentialFileSystem;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictionsTest {
    private static final String MODEL = "toy@0123456789ab";

    @TempDir
    private Path directory;

    private SparkSession spark;
    private String table;

    @BeforeEach
    void writeTable() throws IOException {
        spark = TestSpark.session();
        table = ToyTable.of(MODEL)
                .withLogits()
                .write(
                        directory.resolve("table"),
                        List.of(Image.of("file:/1.jpg", "ant", 0).withLogits(1, 0, 0, 0, 0, 0)));
    }

    @Test
    void rowsHaveTheColumnsOfTheTableWithoutKeptColumns() throws IOException {
        String other = ToyTable.of(MODEL)
                .withLogits()
                .write(
                        directory.resolve("other"),
                        stored().selectExpr(
                                        "* EXCEPT (path)",
                                        "'file:/2.jpg' AS path",
                                        "1 AS earlier",
                                        "array(2) AS meaning"));

        Dataset<Row> rows = open(table, other).rows(spark);

        assertThat(rows.columns())
                .containsExactly("path", "sha256", "truth", "status", "predictions", "model", "logits");
        assertThat(rows.collectAsList())
                .extracting(row -> row.getString(0))
                .containsExactlyInAnyOrder("file:/1.jpg", "file:/2.jpg");
    }

    @Test
    void logitsAreDroppedUnlessAllTablesHaveThem() throws IOException {
        String other = ToyTable.of(MODEL).write(directory.resolve("other"), List.of(Image.of("file:/2.jpg", "ant", 0)));

        assertThat(open(table, other).rows(spark).columns()).doesNotContain("logits");
    }

    @Test
    void missingColumnsAreReported() throws IOException {
        String other =
                ToyTable.of(MODEL).write(directory.resolve("other"), stored().selectExpr("* EXCEPT (truth, sha256)"));

        assertThatThrownBy(() -> open(other).rows(spark))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "predictions file:" + other + " is not a predictions table: it has no column sha256, truth");
    }

    @Test
    void rowsOfAnotherModelAreRejected() throws IOException {
        Predictions predictions = open(table);
        predictions.verified(spark);
        stored().selectExpr("* EXCEPT (model)", "CAST(NULL AS STRING) AS model")
                .write()
                .mode("append")
                .parquet(table);

        assertThatThrownBy(() -> open(table).verified(spark))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions file:" + table + " contain rows of model null in addition to rows of " + MODEL
                        + ", which run.json names");
        assertThatThrownBy(() -> predictions.requireOwnModel("other@02"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("contain rows of model other@02");
    }

    @Test
    void recordedDirectoriesHaveNoCredentials() throws IOException {
        Predictions predictions = open(CredentialFileSystem.uri(table));

        assertThat(predictions.recordedDirectories()).containsExactly("guarded://host" + table);
    }

    private Dataset<Row> stored() {
        return spark.read().parquet(table);
    }

    private static Predictions open(String... tables) throws IOException {
        return Predictions.open(List.of(tables), TestSpark.context().hadoopConfiguration());
    }
}
