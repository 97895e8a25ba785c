package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.ReferenceFigures;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.truth.TruthAs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the metrics of random images with NumPy and SciPy: see src/test/fixtures/evaluation.py. */
class EvaluateReferenceTest {
    private static final String EXPECTED = "evaluate/metrics.csv";

    @TempDir
    private Path directory;

    private String selection;

    @BeforeEach
    void writeSelection() throws IOException {
        Path select = directory.resolve("select");
        ReferenceFigures.csv("evaluate/selection.csv")
                .selectExpr(
                        "int(class_index)", "class_label", "int(rank)", "float(score)", "path", "sha256", "int(weight)")
                .write()
                .parquet(select.resolve("selection").toString());
        Files.writeString(select.resolve("run.json"), "{\"outcome\": \"done\", \"options\": {\"k\": 20}}");
        selection = select.toString();
    }

    @Test
    void everyMetricEqualsTheReference() throws IOException {
        String table = ReferenceFigures.table(0, directory.resolve("table"), ReferenceFigures.images(0));

        evaluate(null, table);

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    /** Kryo is usual on clusters. It does not write records. */
    @Test
    void kryoGivesTheSameMetrics() throws IOException {
        String table = ReferenceFigures.table(0, directory.resolve("table"), ReferenceFigures.images(0));
        TestSpark.stop();
        System.setProperty("spark.serializer", "org.apache.spark.serializer.KryoSerializer");
        System.setProperty("spark.testing", "true"); // else Kryo needs the linear algebra library of MLlib
        try {
            assertThat(TestSpark.session().sparkContext().conf().get("spark.serializer"))
                    .contains("Kryo");
            evaluate(null, table);
        } finally {
            System.clearProperty("spark.testing");
            System.clearProperty("spark.serializer");
            TestSpark.stop();
        }

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    @Test
    void tablesOfOneModelHaveTheMetricsOfTheirUnion() throws IOException {
        Dataset<Row> images = ReferenceFigures.images(0);
        String first =
                ReferenceFigures.table(0, directory.resolve("first"), images.filter("path < 'file:/photos/0170'"));
        String second =
                ReferenceFigures.table(0, directory.resolve("second"), images.filter("path > 'file:/photos/0150'"));

        evaluate(null, second, first);

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    /** The paths in the file have no scheme. */
    @Test
    void truthFileGivesTheSameMetrics() throws IOException {
        String truth = directory.resolve("truth.csv").toString();
        Dataset<Row> images = ReferenceFigures.images(0);
        images.selectExpr("truth", "substr(path, 6) AS path", "'x,\"y' AS more")
                .coalesce(1)
                .write()
                .option("header", "true")
                .option("escape", "\"")
                .csv(truth);
        String table = ReferenceFigures.table(
                0, directory.resolve("table"), images.selectExpr("* EXCEPT (truth)", "'fox' AS truth"));

        evaluate(truth, table);

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    private Path metrics() {
        return directory.resolve("evaluation/metrics.json");
    }

    private void evaluate(@org.jspecify.annotations.Nullable String truth, String... tables) throws IOException {
        String output = directory.resolve("evaluation").toString();
        Metrics metrics = new EvaluateJob(TestSpark.session())
                .run(new EvaluateRequest(List.of(tables), truth, TruthAs.AUTO, selection, List.of(), output));
        assertThat(metrics.n()).isEqualTo(262);
    }
}
