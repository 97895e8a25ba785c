package dev.cardinal.job.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.ReferenceFigures;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.udf.fs.StoreException;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluates files of pandas, PyArrow and DuckDB: see src/test/fixtures/external_predictions.py. */
class ExternalPredictionsTest {
    @TempDir
    private Path directory;

    private String labels;

    @BeforeEach
    void writeLabels() throws IOException {
        labels = Files.writeString(
                        directory.resolve("labels.txt"),
                        "ant\tid0\nbee\tid1\ncat\tid2\ndog\tid3\neel\tid4\nfox\tid5\ngnu\tid6\n")
                .toString();
    }

    /** pandas: unsorted predictions in wider types, a timestamp in nanoseconds; DuckDB and PyArrow: arrays of float and double. */
    @ParameterizedTest
    @ValueSource(strings = {"pandas", "logits", "probabilities"})
    void metricsEqualTheReference(String writer) throws Exception {
        evaluate(copy(writer), labels, selection());

        ReferenceFigures.assertEqual(directory.resolve("evaluation/metrics.json"), "external/" + writer + ".csv");
    }

    @Test
    void tableRewrittenByPandasIsReadWithItsRecord() throws Exception {
        Path table = Path.of(copy("pandas"));
        String original = ReferenceFigures.table(0, directory.resolve("original"), ReferenceFigures.images(0));
        String own = directory.resolve("own").toString();
        TestSpark.session().sql("SET spark.sql.legacy.parquet.nanosAsLong = true");
        TestSpark.session()
                .read()
                .parquet(table.toString())
                .selectExpr(
                        "* EXCEPT (path)",
                        "concat('file:', path) AS path",
                        "if(logits IS NULL, 'empty', 'ok') AS status")
                .write()
                .parquet(own);
        TestSpark.session().sql("RESET spark.sql.legacy.parquet.nanosAsLong");
        Files.createDirectory(Path.of(own, "_cardinal"));
        Files.copy(Path.of(original, "_cardinal/run.json"), Path.of(own, "_cardinal/run.json"));

        Metrics metrics = evaluate(own, null, null);

        assertThat(metrics.n()).isEqualTo(262);
        assertThat(metrics.accuracy().top5()).isEqualTo(260 / 262.0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "1 AS path, array(1f) AS logits | : column path is int; it must be text",
                "'/a' AS file, array(1f) AS logits | need a column path, and a column predictions, logits or probabilities; of these"
                        + " they have [logits]",
                "'/a' AS path, 'ant' AS truth | need a column path, and a column predictions, logits or probabilities; of these they"
                        + " have [path, truth]",
                "'/a' AS path, array(1) AS logits | : column logits is array<int>; it must be array<float> or array<double>",
                "'/a' AS path, array(1) AS predictions | : column predictions is array<int>; it must be"
                        + " array<struct<class_index:int,label:string,score:float>>, or the same with bigint and double",
                "'/a' AS path, array(1f, 2f) AS logits | : column logits has 2 numbers in a row, but --labels names 7 classes",
                "'/a' AS path, array(1f, 2f, 0f, 0f, 0f, 0f, 0f) AS probabilities | : column probabilities has numbers outside of 0 to"
                        + " 1 in 1 rows; call the column logits if it contains logits",
                "explode(array('/a', '/a')) AS path, array(1f, 2f, 0f, 0f, 0f, 0f, 0f) AS logits | : path /a occurs 2 times; keep one"
                        + " row per image",
                "explode(array('/a', NULL)) AS path, array(1f, 2f, 0f, 0f, 0f, 0f, 0f) AS logits | : 1 rows have no path",
                "explode(array('/a', '/b')) AS path, path AS model, array(1f, 2f, 0f, 0f, 0f, 0f, 0f) AS logits | contain rows of"
                        + " several models, such as /a and /b: name one directory or table per model",
                "'/a' AS path, 'ant' AS truth, array(named_struct('class_index', 7L, 'score', 1d)) AS predictions | hold class index"
                        + " 7, of a model with 7 classes"
            })
    void invalidColumnsAreRefused(String columns, String expected) {
        String table = directory.resolve("table").toString();
        TestSpark.session().sql("SELECT " + columns).write().parquet(table);

        assertThatThrownBy(() -> evaluate(table, labels, null))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("predictions ")
                .hasMessageContaining(expected);
    }

    @Test
    void corruptFileIsRefused() throws IOException {
        Path table = Files.createDirectory(directory.resolve("table"));
        Files.writeString(table.resolve("part.parquet"), "PAR1 and then nothing");

        assertThatThrownBy(() -> evaluate(table.toString(), labels, null))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("predictions file:" + table + " cannot be read: ");
    }

    @Test
    void failureOfTheStoreIsNotAProblemOfTheUser() throws Exception {
        Path table = Path.of(copy("logits"));
        Configuration hadoop = TestSpark.session().sparkContext().hadoopConfiguration();
        hadoop.set(FaultyFileSystem.CONFIGURATION_KEY, FaultyFileSystem.class.getName());
        FaultyFileSystem.fail("part-0.parquet");
        try {
            assertThatThrownBy(() -> evaluate("faulty://" + table, labels, null))
                    .isInstanceOf(StoreException.class)
                    .hasMessage("cannot read predictions faulty:" + table + ": 503 the store is down");
        } finally {
            FaultyFileSystem.heal();
            hadoop.unset(FaultyFileSystem.CONFIGURATION_KEY);
        }
    }

    @Test
    void missingAndDifferentLabelsAreReportedWithoutSpark() throws Exception {
        String external = copy("logits");
        String own = ToyTable.of("toy@0123456789ab")
                .write(directory.resolve("own"), List.of(Image.of("file:/1.jpg", "ant", 0)));

        assertThat(problems(external, null))
                .containsExactly(
                        "predictions file:" + external + " is not a predictions table: it has no"
                                + " _cardinal/run.json. If another program wrote it, name the classes of the model with --labels");
        assertThat(problems(external, directory + "/none.txt"))
                .containsExactly("labels " + directory + "/none.txt do not exist");
        assertThat(problems(own, labels))
                .containsExactly("labels " + labels + " differ from the classes of predictions file:" + own
                        + ", which _cardinal/run.json names: leave out --labels");
        assertThat(problems(external, labels)).isEmpty();
    }

    private List<String> problems(String table, @Nullable String labels) throws IOException {
        return EvaluateJob.problems(request(table, labels, null), new Configuration());
    }

    private String copy(String writer) throws IOException, URISyntaxException {
        Path table = Files.createDirectory(directory.resolve(writer));
        String resource = "external/" + writer + ".parquet";
        Files.copy(
                Path.of(requireNonNull(ReferenceFigures.class.getResource(resource))
                        .toURI()),
                table.resolve("part-0.parquet"));
        return table.toString();
    }

    private String selection() throws IOException {
        Path select = directory.resolve("select");
        ReferenceFigures.csv("evaluate/selection.csv")
                .selectExpr("int(class_index)", "class_label", "int(rank)", "path")
                .write()
                .parquet(select.resolve("selection").toString());
        Files.writeString(select.resolve("run.json"), "{\"options\": {\"k\": 20}}");
        return select.toString();
    }

    private Metrics evaluate(String table, @Nullable String labels, @Nullable String selection) throws IOException {
        return new EvaluateJob(TestSpark.session()).run(request(table, labels, selection));
    }

    private EvaluateRequest request(String table, @Nullable String labels, @Nullable String selection) {
        return new EvaluateRequest(
                List.of(table),
                labels,
                null,
                TruthAs.AUTO,
                selection,
                List.of(),
                directory.resolve("evaluation").toString());
    }
}
