package dev.cardinal.job.compare;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.CredentialFileSystem;
import dev.cardinal.job.ReferenceFigures;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.job.compare.Comparison.Disagreement;
import dev.cardinal.job.compare.Comparison.PairMetrics;
import dev.cardinal.job.compare.Comparison.TeacherMetrics;
import dev.cardinal.job.compare.Comparison.TopPrediction;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RuntimeConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareJobTest {
    private static final String A = "a@0123456789ab";
    private static final String B = "b@ba9876543210";

    @TempDir
    private Path directory;

    private String output;

    @BeforeEach
    void nameOutput() {
        output = directory.resolve("comparison").toString();
    }

    /** Compares random images with NumPy and SciPy: see src/test/fixtures/evaluation.py. The second teacher has two tables. */
    @Test
    void everyMetricEqualsTheReference() throws IOException {
        Dataset<Row> second = ReferenceFigures.images(1);
        Comparison comparison = compare(
                null,
                List.of(
                        List.of(ReferenceFigures.table(0, directory.resolve("0"), ReferenceFigures.images(0))),
                        List.of(
                                ReferenceFigures.table(
                                        1, directory.resolve("1a"), second.filter("path < 'file:/photos/0150'")),
                                ReferenceFigures.table(
                                        1, directory.resolve("1b"), second.filter("path > 'file:/photos/0120'"))),
                        List.of(ReferenceFigures.table(2, directory.resolve("2"), ReferenceFigures.images(2)))));

        ReferenceFigures.assertEqual(directory.resolve("comparison/comparison.json"), "compare/comparison.csv");
        assertThat(requireNonNull(comparison.recommendation()).reason())
                .isEqualTo(
                        "toy0@0123456789ab has the best top-1, 75.12 %, and no other teacher is within 0.5 points of it"
                                + " (1,000 MACs per image and 10.0 images/s)");
    }

    /** The second teacher's table was written by pandas: see src/test/fixtures/external_predictions.py. */
    @Test
    void externalTeacherIsComparedWithCardinals() throws Exception {
        Path external = Files.createDirectory(directory.resolve("external"));
        Files.copy(
                Path.of(requireNonNull(ReferenceFigures.class.getResource("external/pandas1.parquet"))
                        .toURI()),
                external.resolve("part-0.parquet"));
        String labels = Files.writeString(directory.resolve("labels.txt"), "ant\nbee\ncat\ndog\neel\nfox\ngnu\n")
                .toString();

        new CompareJob(TestSpark.session())
                .run(new CompareRequest(
                        List.of(
                                List.of(ReferenceFigures.table(0, directory.resolve("0"), ReferenceFigures.images(0))),
                                List.of(external.toString()),
                                List.of(ReferenceFigures.table(2, directory.resolve("2"), ReferenceFigures.images(2)))),
                        labels,
                        null,
                        TruthAs.AUTO,
                        output));

        ReferenceFigures.assertEqual(directory.resolve("comparison/comparison.json"), "external/comparison.csv");
    }

    @Test
    void withoutTruthOnlyAgreementIsReported() throws IOException {
        String a = table("a", A, image(1, null, 0), image(2, null, 1), image(3, null, 2), image(4, null, 2));
        String b = ToyTable.of(B)
                .withPrecision("bf16")
                .withCost(50, null)
                .write(
                        directory.resolve("b"),
                        List.of(image(1, null, 0), image(2, null, 1), image(3, null, 1), image(5, null, 0)));

        Comparison comparison = compare(null, a, b);

        assertThat(comparison.n()).isEqualTo(3);
        assertThat(comparison.withTruth()).isZero();
        assertThat(comparison.incomplete()).isEqualTo(2);
        assertThat(comparison.teachers())
                .containsExactly(
                        new TeacherMetrics(List.of("file:" + a), A, "fp32", 4, 0, null, null, null, 10.0, 1000L),
                        new TeacherMetrics(List.of("file:" + b), B, "bf16", 4, 0, null, null, null, 50.0, null));
        // p_o = 2/3, p_e = (1 * 1 + 1 * 2) / 9
        assertThat(comparison.pairs())
                .containsExactly(new PairMetrics(
                        0,
                        1,
                        3,
                        2 / 3.0,
                        (2 / 3.0 - 3 / 9.0) / (1 - 3 / 9.0),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
        assertThat(comparison.disagreements())
                .containsExactly(new Disagreement(
                        "file:/3.jpg",
                        null,
                        null,
                        List.of(new TopPrediction(2, "cat", 0.5f), new TopPrediction(1, "bee", 0.5f))));
        assertThat(comparison.recommendation()).isNull();
        JsonNode json = new JsonMapper()
                .readTree(directory.resolve("comparison/comparison.json").toFile());
        assertThat(json.at("/recommendation").isNull()).isTrue();
        assertThat(json.at("/pairs/0/mcnemar_p").isNull()).isTrue();
        assertThat(json.at("/teachers/1/macs").isNull()).isTrue();
        assertThat(json.at("/teachers/1/images_per_second").asDouble()).isEqualTo(50);
    }

    @Test
    void constantTeachersHaveNoKappaAndNoDiscordantImages() throws IOException {
        String a = table("a", A, image(1, "ant", 0), image(2, "bee", 0));
        String b = ToyTable.of(A)
                .withPrecision("bf16")
                .withCost(50, 1000L)
                .write(directory.resolve("b"), List.of(image(1, "ant", 0), image(2, "bee", 0)));

        Comparison comparison = compare(null, a, b);

        assertThat(comparison.pairs())
                .containsExactly(new PairMetrics(0, 1, 2, 1, null, 1L, 0L, 0L, 1L, 0.0, 0.0, 0.0, 1.0));
        assertThat(requireNonNull(comparison.recommendation()).best()).isEqualTo(1);
    }

    @Test
    void oneImageIsEnough() throws IOException {
        Comparison comparison = compare(null, table("a", A, image(1, "ant", 0)), table("b", B, image(1, "ant", 1)));

        assertThat(comparison.n()).isEqualTo(1);
        assertThat(comparison.pairs())
                .containsExactly(new PairMetrics(0, 1, 1, 0, 0.0, 0L, 1L, 0L, 0L, -1.0, -1.0, -1.0, 1.0));
    }

    /** If only some tables have a truth, it applies to all. */
    @Test
    void imagesThatCannotBeComparedAreCounted() throws IOException {
        String a = table(
                "a",
                A,
                image(1, "ant", 0),
                image(2, "bee", 0).withSha256("ab"),
                image(3, "ant", 0).withScore(Float.NaN),
                image(4, "ant", 0).withStatus("empty"),
                image(5, "dragon", 0),
                image(6, "ant"));
        String b = table(
                "b",
                B,
                image(1, null, 1),
                image(2, null, 0).withSha256("cd"),
                image(3, null, 0),
                image(4, null, 0),
                image(5, "dragon", 0),
                image(6, null, 0));

        Comparison comparison = compare(null, a, b);

        assertThat(comparison.n()).isEqualTo(2);
        assertThat(comparison.withTruth()).isEqualTo(1);
        assertThat(comparison.incomplete()).isEqualTo(2);
        assertThat(comparison.changed()).isEqualTo(1);
        assertThat(comparison.refusedNan()).isEqualTo(1);
        assertThat(comparison.unmatchedImages()).isEqualTo(1);
        assertThat(comparison.teachers()).extracting(TeacherMetrics::images).containsExactly(4L, 6L);
    }

    @Test
    void fewImagesNeedFewTasks() throws IOException {
        List<List<String>> named =
                each(table("a", A, image(1, "ant", 0), image(2, "bee", 1)), table("b", B, image(1, "ant", 1)));
        RuntimeConfig conf = TestSpark.session().conf();
        conf.set("spark.sql.shuffle.partitions", "200");
        try {
            Teachers teachers = Teachers.open(named, null, new Configuration(), TestSpark.session());
            Truth truth = Truth.open(null, TruthAs.AUTO, TestSpark.session());
            try (ComparedImages images = ComparedImages.of(teachers, truth, TestSpark.session())) {
                assertThat(images.counts().all()).isEqualTo(2);
                assertThat(images.all().javaRDD().getNumPartitions()).isLessThanOrEqualTo(2);
            }
        } finally {
            conf.set("spark.sql.shuffle.partitions", "1");
        }
    }

    @Test
    void tablesThatDisagreeAboutTheTruthNeedATruthFile() throws IOException {
        String a = table("a", A, image(1, "ant", 0), image(2, "bee", 0), image(3, "cat", 1));
        String b = table("b", B, image(1, "ant", 0), image(2, "cat", 0), image(3, "ant", 1));
        String truth = Files.writeString(directory.resolve("truth.csv"), "path,truth\n/1.jpg,ant\n/2.jpg,ant\n")
                .toString();

        assertThatThrownBy(() -> compare(null, a, b))
                .isInstanceOf(CardinalException.class)
                .hasMessage("the teachers' tables give different truths to 2 images (for example file:/2.jpg: 'bee' and"
                        + " 'cat'): name a truth file with --truth");
        assertThat(compare(truth, a, b).withTruth()).isEqualTo(2);
    }

    @Test
    void truthThatMatchesNoClassOrNoImageIsRefused() throws IOException {
        String a = table("a", A, image(1, "dragon", 0));
        String b = table("b", B, image(1, "dragon", 0));
        String truth = Files.writeString(directory.resolve("truth.csv"), "path,truth\n/other.jpg,ant\n")
                .toString();
        String bySha256 = Files.writeString(directory.resolve("hashes.csv"), "sha256,truth\n00,ant\n")
                .toString();

        assertThatThrownBy(() -> compare(null, a, b))
                .hasMessage("no truth is a class of " + A
                        + " (the most frequent truths: [dragon]): say what they are with --truth-as name, id, index or"
                        + " index1");
        assertThatThrownBy(() -> compare(truth, a, b))
                .hasMessage("truth file:" + truth + " contains none of the images: no path matches (for example, the"
                        + " truth has /other.jpg, the predictions have file:/1.jpg)");
        assertThatThrownBy(() -> compare(bySha256, a, b))
                .hasMessageContaining(
                        "no sha256 matches (for example, the truth has 00, the predictions have no sha256)");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void teachersWithoutACommonImageAreRefused() throws IOException {
        String a = table("a", A, image(1, "ant", 0), image(2, "ant", 0).withStatus("empty"));
        String b = table("b", B, image(2, "ant", 0), image(3, "ant", 0));

        assertThatThrownBy(() -> compare(null, a, b))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "the teachers have no image to compare: of 3 images, 3 are not ok in every table (ok: 1 in file:"
                                + a + "; 2 in file:" + b
                                + "), 0 have different bytes in different tables, and 0 have a score that is"
                                + " NaN or infinite; label the same images with each teacher");
    }

    @Test
    void everyProblemIsReportedWithoutSpark() throws IOException {
        String a = table("a", A, image(1, "ant", 0));
        String fewer = ToyTable.of(B)
                .withClasses(ToyTable.CLASSES.subList(0, 5))
                .write(directory.resolve("fewer"), List.of(image(1, "ant", 0)));
        String swapped = ToyTable.of(B)
                .withClasses(List.of("ant", "bee", "dog", "cat", "eel", "fox"))
                .write(directory.resolve("swapped"), List.of(image(1, "ant", 0)));
        Files.createDirectories(Path.of(output, "thesis"));

        assertThat(problems(a))
                .containsExactly(
                        "compare needs two teachers or more, not 1: repeat --predictions for each teacher; several"
                                + " directories after one --predictions are one teacher");
        assertThat(problems(a, fewer))
                .containsExactly("teachers must have the same classes in the same order, but those of " + A + " (file:"
                        + a + ") and " + B + " (file:" + fewer + ") differ: the first has 6, the second 5");
        assertThat(problems(a, swapped))
                .containsExactly(
                        "teachers must have the same classes in the same order, but those of " + A + " (file:" + a
                                + ") and " + B + " (file:" + swapped
                                + ") differ: class 2 is 'cat' (id2) in the first and 'dog' (id2) in the second");
        assertThat(problems(a, a + "/")).containsExactly("predictions file:" + a + " are named for two teachers");
        assertThat(CompareJob.problems(
                        new CompareRequest(
                                List.of(List.of(a, swapped), List.of(directory + "/none")),
                                directory + "/none.csv",
                                TruthAs.AUTO,
                                output),
                        new Configuration()))
                .containsExactly(
                        "--predictions holds tables of different models: " + A + " and, in " + swapped + ", " + B,
                        "predictions file:" + directory
                                + "/none is not a predictions table: it has no _cardinal/run.json",
                        "truth " + directory + "/none.csv does not exist",
                        "output " + output + " already holds something else (thesis); name another --output");
    }

    @Test
    void rowsOfAnotherModelAreRefused() throws IOException {
        String a = table("a", A, image(1, "ant", 0));
        table("b", "other@02", image(1, "ant", 1));
        String b = table("b", B, image(2, "ant", 1));

        assertThatThrownBy(() -> compare(null, a, b))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions file:" + b + " contain rows of model other@02 in addition to rows of " + B
                        + ", which run.json names");
        assertThat(Path.of(output)).doesNotExist();
    }

    @Test
    void classThatTheTeachersDoNotHaveIsRefused() throws IOException {
        String a = table("a", A, image(1, "ant", 0));
        ToyTable.of(B)
                .withClasses(List.of("ant", "bee", "cat", "dog", "eel", "fox", "gnu"))
                .write(directory.resolve("b"), List.of(image(1, "ant", 6)));
        String b = table("b", B, image(2, "ant", 1));

        assertThatThrownBy(() -> compare(null, a, b))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions hold class index 6, of a model with 6 classes");
    }

    /** Columns kept from the source can have the names of intermediate columns. */
    @Test
    void keptColumnsDoNotConflict() throws IOException {
        String a = directory.resolve("a").toString();
        String b = table("b", B, image(1, "ant", 1));
        Dataset<Row> rows = TestSpark.session().read().parquet(table("plain", A, image(1, "ant", 0)));
        ToyTable.of(A)
                .write(
                        Path.of(a),
                        rows.selectExpr("*", "1 AS meaning", "2 AS truth_index", "3 AS teacher", "4 AS top"));

        assertThat(compare(null, a, b).withTruth()).isEqualTo(1);
    }

    @Test
    void credentialsAreNotWritten() throws IOException {
        String a = table("a", A, image(1, "ant", 0));
        String b = table("b", B, image(1, "ant", 1));

        compare(null, CredentialFileSystem.uri(a), CredentialFileSystem.uri(b));

        assertThat(directory.resolve("comparison/comparison.json"))
                .content()
                .contains("guarded://host" + a)
                .doesNotContain(CredentialFileSystem.SECRET);
    }

    @Test
    void speedOfARunThatLabeledNothingIsUnknown() throws IOException {
        String a = table("a", A, image(1, "ant", 0));
        String b = ToyTable.of(B).withCost(0, 500L).write(directory.resolve("b"), List.of(image(1, "ant", 0)));

        Comparison comparison = compare(null, a, b);

        assertThat(comparison.teachers())
                .extracting(TeacherMetrics::imagesPerSecond)
                .containsExactly(10.0, null);
        assertThat(requireNonNull(comparison.recommendation()).reason()).endsWith("(500 MACs per image)");
        assertThat(new JsonMapper()
                        .readTree(
                                directory.resolve("comparison/comparison.json").toFile())
                        .at("/teachers/1/images_per_second")
                        .isNull())
                .isTrue();
    }

    private List<String> problems(String... teachers) throws IOException {
        return CompareJob.problems(
                new CompareRequest(each(teachers), null, TruthAs.AUTO, directory + "/vacant"), new Configuration());
    }

    private static List<List<String>> each(String... teachers) {
        return Arrays.stream(teachers).map(List::of).toList();
    }

    private static Image image(int number, @Nullable String truth, int... predicted) {
        return Image.of("file:/" + number + ".jpg", truth, predicted);
    }

    private String table(String name, String model, Image... images) throws IOException {
        return ToyTable.of(model).write(directory.resolve(name), List.of(images));
    }

    private Comparison compare(@Nullable String truth, String... teachers) throws IOException {
        return compare(truth, each(teachers));
    }

    private Comparison compare(@Nullable String truth, List<List<String>> teachers) throws IOException {
        return new CompareJob(TestSpark.session()).run(new CompareRequest(teachers, truth, TruthAs.AUTO, output));
    }
}
