package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.CredentialFileSystem;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.job.evaluate.Metrics.ClassMetrics;
import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.job.truth.UnmatchedTruth;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluateJobTest {
    private static final AtomicInteger PATHS = new AtomicInteger();
    private static final String MODEL = "toy@0123456789ab";

    @TempDir
    private Path directory;

    private String output;

    @BeforeEach
    void nameOutput() {
        output = directory.resolve("evaluation").toString();
    }

    @Test
    void metricsCountRowsWithATruthAndPredictions() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());

        Metrics metrics = evaluate(TruthAs.AUTO, predictions);

        // n = 5: three ants (first, second, nowhere), a bee and, by its id, a dog.
        Interval top1 = Interval.wilson(3, 5);
        Interval top5 = Interval.wilson(4, 5);
        assertThat(metrics.model()).isEqualTo(MODEL);
        assertThat(metrics.n()).isEqualTo(5);
        assertThat(new Interval(
                        metrics.accuracy().top1(),
                        metrics.accuracy().top1Low(),
                        metrics.accuracy().top1High()))
                .isEqualTo(top1);
        assertThat(metrics.accuracy().top5()).isEqualTo(top5.value());
        assertThat(metrics.accuracy().top5Low()).isEqualTo(top5.low());
        assertThat(metrics.accuracy().top5High()).isEqualTo(top5.high());
        assertThat(metrics.excluded().notClassified()).isEqualTo(1);
        assertThat(metrics.excluded().withoutTruth()).isEqualTo(1);
        assertThat(metrics.excluded().unmatchedImages()).isEqualTo(3);
        assertThat(metrics.excluded().unmatched())
                .containsExactly(new UnmatchedTruth("dragon", 2), new UnmatchedTruth("centaur", 1));
        assertThat(metrics.classesWithoutTruth()).containsExactly("eel", "fox");
        assertThat(metrics.confusions()).containsExactly(new Metrics.Confusion(0, "ant", 1, "bee", 2));
        assertThat(metrics.calibration().nll()).isNull();
        assertThat(metrics.calibration().temperature()).isNull();
        assertThat(metrics.selection()).isNull();
        assertThat(metrics.perClass())
                .containsExactly(
                        classMetrics(0, 1, 2, 3, 1),
                        classMetrics(1, 1, 1, 1, 3),
                        new ClassMetrics(2, "cat", 0, null, null, null, null, null, null, 0, null),
                        classMetrics(3, 1, 1, 1, 1),
                        new ClassMetrics(4, "eel", 0, null, null, null, null, null, null, 0, null),
                        new ClassMetrics(5, "fox", 0, null, null, null, null, null, null, 0, null));
    }

    @Test
    void metricsFileContainsTheResult() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());
        Metrics metrics = evaluate(TruthAs.AUTO, predictions);

        JsonNode json = new JsonMapper()
                .readTree(directory.resolve("evaluation/metrics.json").toFile());
        assertThat(json.path("model").asText()).isEqualTo(MODEL);
        assertThat(json.path("predictions")).hasSize(1);
        assertThat(json.at("/predictions/0").asText()).isEqualTo("file:" + predictions);
        assertThat(json.path("n").asLong()).isEqualTo(5);
        assertThat(json.path("top1").asDouble()).isEqualTo(0.6);
        assertThat(json.path("top1_low").asDouble())
                .isEqualTo(metrics.accuracy().top1Low());
        assertThat(json.path("top5").asDouble()).isEqualTo(0.8);
        assertThat(json.path("not_classified").asLong()).isEqualTo(1);
        assertThat(json.path("per_class")).hasSize(6);
        assertThat(json.path("per_class").path(0).path("label").asText()).isEqualTo("ant");
        assertThat(json.path("per_class").path(2).path("top1").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"INDEX1, 1, 1", "INDEX, 1, 0"})
    void truthAsSaysWhereIndicesStart(TruthAs truthAs, String truth, double top1) throws IOException {
        String predictions = table("predictions", MODEL, 5, List.of(row(truth, "ok", 0, 2, 3, 4, 5)));

        assertThat(evaluate(truthAs, predictions).accuracy().top1()).isEqualTo(top1);
    }

    /** Of six classes, indices from 0 contain 0 and not 6, and indices from 1 contain 6 and not 0. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "AUTO | 1 6 -1 | 2 | the truth counts classes from 1, because 6 occurs and 0 does not",
                "AUTO | 1.0 6.0 | 2 | the truth counts classes from 1, because 6 occurs and 0 does not",
                "AUTO | 0 5 | 2 | the truth counts classes from 0, because 0 occurs and 6 does not",
                "INDEX | 1 6 | 1 | 6 occurs and 0 does not in the truth: if it counts classes from 1, use --truth-as index1",
                "INDEX | 0 6 | 1 | none",
                "INDEX | 1 5 | 2 | none",
                "INDEX1 | 1 5 | 2 | none",
                "AUTO | 1 6 ant | 1 | the truth of 2 of 3 images is not a class of the model: the result covers only the others"
            })
    void indicesFromOneAreDetected(TruthAs truthAs, String truths, int n, @Nullable String note) throws IOException {
        String predictions = table(
                "predictions",
                MODEL,
                5,
                Arrays.stream(truths.split(" ", -1))
                        .map(truth -> row(truth, "ok", 0, 1, 2, 3, 4))
                        .toList());

        Metrics metrics = evaluate(truthAs, predictions);

        assertThat(metrics.n()).isEqualTo(n);
        assertThat(metrics.notes()).isEqualTo(note == null ? List.of() : List.of(note));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 5", "0 6", "1 7", "0 1.5"})
    void undecidableIndicesNeedTruthAs(String truths) throws IOException {
        String predictions = table(
                "predictions",
                MODEL,
                5,
                Arrays.stream(truths.split(" ", -1))
                        .map(truth -> row(truth, "ok", 0, 1, 2, 3, 4))
                        .toList());

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessage("no truth is a class of " + MODEL + " (the most frequent truths: ["
                        + truths.replace(" ", ", ")
                        + "]): say what they are with --truth-as name, id, index or index1");
    }

    @Test
    void synonymsMatchAndAmbiguousOnesAreCounted() throws IOException {
        ToyTable table = ToyTable.of(MODEL)
                .withClasses(List.of("tench, Tinca tinca", "crane", "crane", "maillot", "maillot, tank suit"));

        Metrics metrics = evaluate(
                TruthAs.AUTO,
                table.write(
                        directory.resolve("predictions"),
                        List.of(
                                row("Tinca tinca", "ok", 0),
                                row("tench, Tinca tinca", "ok", 0),
                                row("id0", "ok", 0),
                                row("maillot", "ok", 3),
                                row("Tank Suit", "ok", 4),
                                row("crane", "ok", 1),
                                row("crane", "ok", 2))));

        assertThat(metrics.n()).isEqualTo(5);
        assertThat(metrics.accuracy().top1()).isEqualTo(1);
        assertThat(metrics.perClass().get(0).label()).isEqualTo("tench, Tinca tinca");
        assertThat(metrics.excluded().unmatchedImages()).isEqualTo(2);
        assertThat(metrics.excluded().ambiguousImages()).isEqualTo(2);
        assertThat(metrics.notes())
                .containsExactly(
                        "the truth of 2 images is a name of several classes (for example 'crane'), and they are"
                                + " skipped; class ids are unambiguous (--truth-as id)");
        JsonNode json = new JsonMapper()
                .readTree(directory.resolve("evaluation/metrics.json").toFile());
        assertThat(json.path("ambiguous_images").asLong()).isEqualTo(2);
        assertThat(json.path("notes")).hasSize(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void outputThatCannotBeWrittenIsReportedWithoutSpark() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());

        assertThat(EvaluateJob.problems(
                        new EvaluateRequest(List.of(predictions), TruthAs.AUTO, "/proc/evaluation"),
                        new Configuration()))
                .singleElement()
                .asString()
                .startsWith("output /proc/evaluation cannot be written: ");
    }

    @Test
    void top5IsNullIfFewerThanFivePredictionsAreStored() throws IOException {
        Metrics metrics = evaluate(TruthAs.AUTO, table("predictions", MODEL, 4, List.of(row("ant", "ok", 0, 1, 2, 3))));

        assertThat(metrics.accuracy().top1()).isEqualTo(1);
        assertThat(metrics.accuracy().top5()).isNull();
        assertThat(metrics.accuracy().top5Low()).isNull();
        assertThat(metrics.perClass().get(0).top5()).isNull();
    }

    @Test
    void tablesOfOneModelAreEvaluatedTogether() throws IOException {
        String first = table("first", MODEL, 5, List.of(row("ant", "ok", 0, 1, 2, 3, 4)));
        String second = table("second", MODEL, 4, List.of(row("bee", "ok", 0, 1, 2, 3)));

        Metrics metrics = evaluate(TruthAs.AUTO, first, second);

        assertThat(metrics.n()).isEqualTo(2);
        assertThat(metrics.accuracy().top1()).isEqualTo(0.5);
        assertThat(metrics.accuracy().top5()).as("one table stores four").isNull();
    }

    @Test
    void imageInTwoTablesCountsOnce() throws IOException {
        Image both = row("ant", "ok", 0, 1, 2, 3, 4);
        String first = table("first", MODEL, 5, List.of(both));
        String second = table("second", MODEL, 5, List.of(both, row("bee", "ok", 0, 1, 2, 3, 4)));

        assertThat(evaluate(TruthAs.AUTO, first, second).n()).isEqualTo(2);
    }

    @Test
    void tableNamedTwiceIsRefused() throws IOException {
        String table = table("first", MODEL, 5, mixedRows());

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, table, table + "/"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("named twice");
    }

    @Test
    void tablesOfDifferentModelsAreRefused() throws IOException {
        String first = table("first", MODEL, 5, mixedRows());
        String second = table("second", "other@ba9876543210", 5, mixedRows());

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, first, second))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--predictions holds tables of different models: " + MODEL + " and, in " + second
                        + ", other@ba9876543210");
    }

    @Test
    void truthsThatMatchNoClassAreShown() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());

        assertThatThrownBy(() -> evaluate(TruthAs.INDEX, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("[ant, dragon")
                .hasMessageContaining("--truth-as");
        assertThat(directory.resolve("evaluation")).doesNotExist();
    }

    @Test
    void errorShortensLongTruths() throws IOException {
        String predictions = table("predictions", MODEL, 5, List.of(row("x".repeat(100_000), "ok", 0)));

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessage("no truth is a class of " + MODEL + " (the most frequent truths: [" + "x".repeat(80)
                        + "]): say what they are with --truth-as name, id, index or index1");
    }

    @Test
    void tableWithoutTruthIsRefused() throws IOException {
        String predictions = table("predictions", MODEL, 5, List.of(row(null, "ok", 0, 1, 2, 3, 4)));

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("have no truth: label with --label-from parent-dir");
    }

    @Test
    void directoryThatIsNotATableAndUsedOutputAreReportedTogether() throws IOException {
        Files.createDirectories(directory.resolve("evaluation"));
        Files.writeString(directory.resolve("evaluation/thesis.txt"), "precious");

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, directory.toString()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not a predictions table")
                .hasMessageContaining("already holds something else (thesis.txt)");
    }

    @Test
    void earlierResultIsReplaced() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());
        evaluate(TruthAs.NAME, predictions);
        Files.writeString(directory.resolve("evaluation/report.html"), "of the earlier one");

        evaluate(TruthAs.AUTO, predictions);

        JsonNode json = new JsonMapper()
                .readTree(directory.resolve("evaluation/metrics.json").toFile());
        assertThat(json.path("n").asLong()).isEqualTo(5);
        assertThat(directory.resolve("evaluation/report.html")).doesNotExist();
    }

    @Test
    void leftoversOfACrashAreReplaced() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());
        Files.createDirectories(directory.resolve("evaluation"));
        Files.writeString(directory.resolve("evaluation/.metrics.json.arriving"), "{\"n\": ");
        Files.writeString(directory.resolve("evaluation/.report.html.arriving"), "<!DOC");

        evaluate(TruthAs.AUTO, predictions);

        assertThat(directory.resolve("evaluation/.metrics.json.arriving")).doesNotExist();
        assertThat(directory.resolve("evaluation/metrics.json")).content().endsWith("}");
    }

    @Test
    void failedWriteKeepsTheEarlierResultAndItsReport() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());
        evaluate(TruthAs.AUTO, predictions);
        byte[] earlier = Files.readAllBytes(directory.resolve("evaluation/metrics.json"));
        Files.writeString(directory.resolve("evaluation/report.html"), "of the earlier one");
        Files.createDirectory(directory.resolve("evaluation/.metrics.json.arriving"));

        assertThatThrownBy(() -> evaluate(TruthAs.NAME, predictions)).isInstanceOf(IOException.class);

        assertThat(directory.resolve("evaluation/metrics.json")).hasBinaryContent(earlier);
        assertThat(directory.resolve("evaluation/report.html")).hasContent("of the earlier one");
    }

    @Test
    void rowsOfAnotherModelAreRefused() throws IOException {
        table("predictions", "other@02", 5, List.of(row("ant", "ok", 0)));
        String predictions = table("predictions", MODEL, 5, mixedRows());

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions file:" + predictions
                        + " contain rows of model other@02 in addition to rows of " + MODEL + ", which run.json names");
    }

    @Test
    void classThatTheModelDoesNotHaveIsRefused() throws IOException {
        ToyTable.of(MODEL)
                .withClasses(List.of("ant", "bee", "cat", "dog", "eel", "fox", "gnu"))
                .write(directory.resolve("predictions"), List.of(row("ant", "ok", 6)));
        String predictions = table("predictions", MODEL, 5, mixedRows());

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions hold class index 6, of a model with 6 classes");
    }

    /** Columns kept from the source can have the names of intermediate columns, and another type in each table. */
    @Test
    void keptColumnsDoNotConflict() throws IOException {
        Dataset<Row> rows = TestSpark.session()
                .read()
                .parquet(table("plain", MODEL, 5, List.of(row("ant", "ok", 0), row("ant", "ok", 1))));
        String kept = "'%s' AS meaning, '%s' AS truth_index, '%s' AS earlier, '%s' AS predicted, '%s' AS truth_key";
        String[] texts = ("*, " + kept).split(", ", -1);
        String[] numbers = ("*, " + kept.replace("'%s'", "1")).split(", ", -1);
        String first = ToyTable.of(MODEL).write(directory.resolve("first"), rows.selectExpr(texts));
        String second = ToyTable.of(MODEL)
                .write(
                        directory.resolve("second"),
                        rows.selectExpr(numbers).withColumn("path", concat(col("path"), lit("b"))));

        assertThat(evaluate(TruthAs.AUTO, first, second).n()).isEqualTo(4);
    }

    @Test
    void credentialsAreNotWritten() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());

        evaluate(TruthAs.AUTO, CredentialFileSystem.uri(predictions));

        assertThat(directory.resolve("evaluation/metrics.json"))
                .content()
                .contains("guarded://host" + predictions)
                .doesNotContain(CredentialFileSystem.SECRET);
    }

    /** The metrics are those of the first table alone: skipped images change none of them. */
    @Test
    void imagesWithNanOrInfinityAreSkippedAndCounted() throws IOException {
        List<Image> evaluated = List.of(
                image("ant", 0.9f, 0).withLogits(3, 1, 0, 0, 0, 0),
                image("bee", 0.8f, 1).withLogits(0, 2, 0, 0, 1, 0),
                image("cat", 0.7f, 3).withLogits(0, 0, 1, 2, 0, 0));
        List<Image> others = List.of(
                image("ant", Float.NaN, 0).withLogits(3, 1, 0, 0, 0, 0),
                image("ant", Float.POSITIVE_INFINITY, 0).withLogits(3, 1, 0, 0, 0, 0),
                image("ant", 0.5f, 1).withLogits(3, 1, Float.NaN, 0, 0, 0),
                image("ant", 0.5f, 1).withLogits(3, Float.POSITIVE_INFINITY, 0, 0, 0, 0),
                image("ant", 0.5f, 1).withLogits(3, Float.NEGATIVE_INFINITY, 0, 0, 0, 0),
                image("ant", 0.5f, 1).withLogits(3, 1),
                image("ant", 0.5f, 1),
                image("dragon", Float.NaN, 0).withLogits(3, 1, 0, 0, 0, 0),
                image("ant", 0.5f).withLogits(3, 1, 0, 0, 0, 0));
        ToyTable table = ToyTable.of(MODEL).withLogits();

        Metrics metrics = evaluate(
                TruthAs.AUTO,
                table.write(directory.resolve("evaluated"), evaluated),
                table.write(directory.resolve("others"), others));

        assertThat(metrics.n()).isEqualTo(3);
        assertThat(metrics.excluded().refusedNan()).isEqualTo(7);
        assertThat(metrics.excluded().notClassified()).as("no predictions").isEqualTo(1);
        assertThat(metrics.excluded().unmatchedImages()).isEqualTo(1);
        assertThat(metrics.accuracy().top1()).isEqualTo(2 / 3.0);
        assertThat(metrics.calibration().ece()).isCloseTo((0.1 + 0.2 + 0.7) / 3, within(1e-6));
        double nll = (nll(0, 3, 1, 0, 0, 0, 0) + nll(1, 0, 2, 0, 0, 1, 0) + nll(2, 0, 0, 1, 2, 0, 0)) / 3;
        assertThat(metrics.calibration().nll()).isCloseTo(nll, within(1e-12));
        assertThat(metrics.errors()).hasSize(1);
    }

    private static double nll(int truth, double... logits) {
        return Math.log(Arrays.stream(logits).map(Math::exp).sum()) - logits[truth];
    }

    @Test
    void errorSaysWhyNoImageCanBeEvaluated() throws IOException {
        String predictions = table(
                "predictions",
                MODEL,
                5,
                List.of(
                        image("ant", Float.NaN, 0),
                        image("ant", 0.5f, 0).withStatus("empty"),
                        image("dragon", 0.5f, 0),
                        row(null, "ok", 0)));

        assertThatThrownBy(() -> evaluate(TruthAs.AUTO, predictions))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "none of the 3 images with a truth can be evaluated: 1 were not classified, 1 have a score or"
                                + " logit that is NaN or infinite, and the truth of 1 is not a class of " + MODEL);
    }

    @Test
    void oneImageHasEveryMetric() throws IOException {
        Metrics metrics = evaluate(
                TruthAs.AUTO,
                ToyTable.of(MODEL)
                        .withLogits()
                        .write(
                                directory.resolve("predictions"),
                                List.of(image("ant", 1, 0, 1, 2, 3, 4).withLogits(30, 0, 0, 0, 0, 0))));

        assertThat(metrics.n()).isEqualTo(1);
        assertThat(metrics.accuracy().top1()).isEqualTo(1);
        assertThat(metrics.accuracy().top5()).isEqualTo(1);
        assertThat(metrics.calibration().ece()).isZero();
        assertThat(metrics.calibration().mce()).isZero();
        assertThat(metrics.calibration().nll()).isCloseTo(5 * Math.exp(-30), within(1e-15));
        assertThat(metrics.calibration().temperature())
                .as("separable: sharper is always better")
                .isEqualTo(new Metrics.Temperature(TemperatureFit.MIN, 0, 0));
        assertThat(metrics.calibration().reliability().get(14))
                .isEqualTo(new Metrics.ReliabilityBin(14 / 15.0, 1, 1, 1.0, 1.0));
        assertThat(metrics.confusions()).isEmpty();
        assertThat(metrics.errors()).isEmpty();
    }

    @Test
    void truthFileReplacesTheTruthOfTheTable() throws IOException {
        String predictions = table(
                "predictions",
                MODEL,
                5,
                List.of(Image.of("file:/1.jpg", "dragon", 0), Image.of("file:/2.jpg", "ant", 0)));
        String truth = Files.writeString(directory.resolve("truth.csv"), "path,truth\n/1.jpg,0\n/3.jpg,1\n")
                .toString();

        Metrics metrics = new EvaluateJob(TestSpark.session())
                .run(new EvaluateRequest(List.of(predictions), truth, TruthAs.INDEX, null, List.of(), output));

        assertThat(metrics.n()).isEqualTo(1);
        assertThat(metrics.accuracy().top1()).isEqualTo(1);
        assertThat(metrics.excluded().withoutTruth()).isEqualTo(1);
        assertThat(metrics.excluded().unmatched()).isEmpty();
        assertThat(metrics.classesWithoutTruth()).containsExactly("bee", "cat", "dog", "eel", "fox");
    }

    @Test
    void truthFileForOtherImagesIsRefused() throws IOException {
        String predictions = table("predictions", MODEL, 5, List.of(Image.of("file:/1.jpg", "ant", 0)));
        String truth = Files.writeString(directory.resolve("truth.csv"), "sha256,truth\nab,ant\n")
                .toString();

        assertThatThrownBy(() -> new EvaluateJob(TestSpark.session())
                        .run(new EvaluateRequest(List.of(predictions), truth, TruthAs.AUTO, null, List.of(), output)))
                .isInstanceOf(CardinalException.class)
                .hasMessage("truth file:" + truth + " contains none of the images: no sha256 matches (for example, the"
                        + " truth has ab, the predictions have no sha256)");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void everyProblemOfARequestIsReported() throws IOException {
        String predictions = table("predictions", MODEL, 5, mixedRows());

        assertThat(EvaluateJob.problems(
                        new EvaluateRequest(
                                List.of(predictions, directory + "/none"),
                                directory + "/no.csv",
                                TruthAs.AUTO,
                                null,
                                List.of(5, 0),
                                Files.createFile(directory.resolve("file")).toString()),
                        new Configuration()))
                .containsExactly(
                        "predictions file:" + directory
                                + "/none is not a predictions table: it has no _cardinal/run.json",
                        "truth " + directory + "/no.csv does not exist",
                        "--at must be at least 1, not 0",
                        "output " + directory + "/file is a file; name a directory");
        assertThat(EvaluateJob.problems(
                        new EvaluateRequest(List.of(predictions), null, TruthAs.AUTO, null, List.of(5), output),
                        new Configuration()))
                .containsExactly("--at needs --selection: it lists the ranks up to which the selection is measured");
    }

    private static Image image(String truth, float score, int... classes) {
        return row(truth, "ok", classes).withScore(score);
    }

    private static List<Image> mixedRows() {
        return List.of(
                row("ant", "ok", 0, 1, 2, 3, 4),
                row("ant", "ok", 1, 2, 3, 4, 0),
                row("ant", "ok", 1, 2, 3, 4, 5),
                row("bee", "ok", 1, 0, 2, 3, 4),
                row("id3", "ok", 3, 1, 2, 0, 4),
                row("cat", "undecodable"),
                row("dragon", "ok", 0, 1, 2, 3, 4),
                row("dragon", "ok", 0, 1, 2, 3, 4),
                row("centaur", "ok", 0, 1, 2, 3, 4),
                row(null, "ok", 0, 1, 2, 3, 4));
    }

    private static ClassMetrics classMetrics(int c, long hits, long amongFive, long n, long predicted) {
        Interval top1 = Interval.wilson(hits, n);
        Interval top5 = Interval.wilson(amongFive, n);
        return new ClassMetrics(
                c,
                ToyTable.CLASSES.get(c),
                n,
                top1.value(),
                top1.low(),
                top1.high(),
                top5.value(),
                top5.low(),
                top5.high(),
                predicted,
                (double) hits / predicted);
    }

    /** Returns an image whose predictions are these classes, highest first. */
    private static Image row(@Nullable String truth, String status, int... classes) {
        return Image.of("file:/" + PATHS.incrementAndGet(), truth, classes).withStatus(status);
    }

    private String table(String name, String model, int topK, List<Image> images) throws IOException {
        return ToyTable.of(model).withTopK(topK).write(directory.resolve(name), images);
    }

    private Metrics evaluate(TruthAs truthAs, String... predictions) throws IOException {
        return new EvaluateJob(TestSpark.session())
                .run(new EvaluateRequest(Arrays.asList(predictions), truthAs, output));
    }
}
