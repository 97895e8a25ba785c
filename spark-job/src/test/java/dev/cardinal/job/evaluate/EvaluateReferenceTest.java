package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.LocalSpark;
import dev.cardinal.job.ReferenceFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random images against NumPy and SciPy: see src/test/fixtures/evaluation.py. */
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
    void everyFigureIsTheReferences() throws IOException {
        String table = ReferenceFigures.table(0, directory.resolve("table"), ReferenceFigures.images(0));

        evaluate(null, table);

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    @Test
    void tablesOfAModelHaveTheFiguresOfTheirUnion() throws IOException {
        Dataset<Row> images = ReferenceFigures.images(0);
        String first =
                ReferenceFigures.table(0, directory.resolve("first"), images.filter("path < 'file:/photos/0170'"));
        String second =
                ReferenceFigures.table(0, directory.resolve("second"), images.filter("path > 'file:/photos/0150'"));

        evaluate(null, second, first);

        ReferenceFigures.assertEqual(metrics(), EXPECTED);
    }

    /** Also from the paths without their scheme. */
    @Test
    void truthOfAFileGivesTheSameFigures() throws IOException {
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
        Metrics metrics = new EvaluateJob(LocalSpark.session())
                .run(new EvaluateJob.Request(List.of(tables), truth, TruthAs.AUTO, selection, List.of(), output));
        assertThat(metrics.n()).isEqualTo(262);
    }
}
