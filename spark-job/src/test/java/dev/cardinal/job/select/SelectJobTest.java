package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.MODEL;
import static dev.cardinal.job.select.TestTable.names;
import static dev.cardinal.job.select.TestTable.scored;
import static dev.cardinal.job.select.TestTable.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.select.PlainSelection.Entry;
import dev.cardinal.job.select.RandomImages.Scores;
import dev.cardinal.job.select.SelectOptions.Balance;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.job.select.SelectOptions.Export;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.job.select.SelectOptions.Strategy;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import dev.cardinal.job.select.TestTable.Image;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests selections from small tables; most are compared with {@link PlainSelection}. */
class SelectJobTest {
    /** Low enough to divide the small classes of these tests. */
    private static final long BAND_ROWS = 7;

    @TempDir
    private Path directory;

    private String output;

    @BeforeEach
    void nameOutput() {
        output = directory.resolve("out").toString();
    }

    static Stream<Arguments> randomized() {
        return Stream.of(
                arguments(1, Scores.CONTINUOUS, 1, options().k(5).p(5)),
                arguments(2, Scores.FEW, 1, options().k(5).p(5)),
                arguments(3, Scores.ALL_ONE, 1, options().k(20).p(5)),
                arguments(4, Scores.FEW, 1, options().k(1).p(1)),
                arguments(
                        5, Scores.CONTINUOUS, 1, options().k(SelectOptions.ALL).p(5)),
                arguments(6, Scores.FEW, 1, options().k(SelectOptions.ALL).p(3)),
                arguments(7, Scores.CONTINUOUS, 1, options().k(10).p(2)),
                arguments(8, Scores.CONTINUOUS, 1, options().k(12).p(5).perImage(PerImage.BEST_CLASS)),
                arguments(9, Scores.FEW, 1, options().k(30).p(5).perImage(PerImage.BEST_CLASS)),
                arguments(10, Scores.FEW, 1, options().k(SelectOptions.ALL).p(5).perImage(PerImage.BEST_CLASS)),
                arguments(11, Scores.CONTINUOUS, 1, options().k(70).p(5).balance(Balance.REPEAT)),
                arguments(
                        12,
                        Scores.CONTINUOUS,
                        1,
                        options().k(35).p(5).balance(Balance.REPEAT).perImage(PerImage.BEST_CLASS)),
                arguments(
                        13,
                        Scores.CONTINUOUS,
                        1,
                        options().k(40).strategy(Strategy.ARGMAX).minScore(0.3).balance(Balance.REPEAT)),
                arguments(14, Scores.FEW, 1, options().k(1000).p(5).minScore(0.25)),
                arguments(15, Scores.FEW, 1, options().k(50).p(4).minScore(1)),
                arguments(16, Scores.CONTINUOUS, 1, options().k(15).p(5).dedupe(Dedupe.SHA256)),
                arguments(17, Scores.FEW, 1, options().k(15).p(5).exclude("half")),
                arguments(
                        18, Scores.FEW, 1, options().k(15).p(5).exclude("half").dedupe(Dedupe.SHA256)),
                arguments(19, Scores.CONTINUOUS, 1, options().k(15).p(3).temperature(2)),
                arguments(
                        20, Scores.FEW, 1, options().k(15).p(9).temperature(0.5).perImage(PerImage.BEST_CLASS)),
                arguments(21, Scores.CONTINUOUS, 1, options().k(25).p(8)),
                arguments(22, Scores.CONTINUOUS, 2, options().k(10).p(5)),
                arguments(23, Scores.FEW, 2, options().k(25).p(9).temperature(3).balance(Balance.REPEAT)),
                arguments(
                        24,
                        Scores.CONTINUOUS,
                        3,
                        options().k(8).p(2).exclude("half").dedupe(Dedupe.SHA256)));
    }

    private static SelectOptions.Builder options() {
        return SelectOptions.builder();
    }

    @ParameterizedTest
    @MethodSource("randomized")
    void selectionEqualsTheReference(int seed, Scores scores, int teachers, SelectOptions.Builder builder)
            throws IOException {
        RandomImages random = new RandomImages(seed, scores);
        List<List<Image>> members = new ArrayList<>(List.of(random.images()));
        while (members.size() < teachers) {
            members.add(random.sameImages(members.get(0)));
        }
        Set<String> excluded = new HashSet<>();
        if (builder.build().exclude().isPresent()) {
            members.get(0).stream()
                    .map(Image::sha256)
                    .filter(Objects::nonNull)
                    .filter(hash -> hash.hashCode() % 2 == 0)
                    .forEach(excluded::add);
            builder.exclude(excludeFile(excluded));
        }
        SelectOptions options = builder.build();
        List<List<String>> predictions = new ArrayList<>();
        for (List<Image> member : members) {
            predictions.add(List.of(table("member" + predictions.size())
                    .model("toy" + predictions.size() + "@0123456789ab")
                    .files(1 + seed % 3)
                    .withLogits()
                    .write(member)));
        }

        SelectResult result = select(new SelectRequest(predictions, output, options));

        PlainSelection expected = new PlainSelection(members, options, excluded, RandomImages.TOP_K);
        assertThat(selection()).isEqualTo(expected.selected);
        assertThat(result.classes()).isEqualTo(expected.classes(options, names(RandomImages.CLASSES)));
        assertThat(classesTable()).isEqualTo(result.classes());
        assertThat(result.counts()).isEqualTo(expected.counts());
        assertThat(expected.selected).as("a case that selects something").isNotEmpty();
    }

    private String excludeFile(Set<String> hashes) throws IOException {
        Path file = directory.resolve("exclude.txt");
        String upperCase =
                hashes.stream().map(hash -> hash.toUpperCase(Locale.ROOT)).collect(Collectors.joining("\n"));
        return Files.writeString(file, upperCase + "\n\n").toString();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, false", "3, 5, false", "7, 2, true"})
    void selectionDoesNotDependOnPartitioning(int files, String shufflePartitions, String codegen) throws IOException {
        List<Image> images = new RandomImages(99, Scores.FEW).images();
        String predictions = table("predictions").files(files).write(images);
        SparkSession session = TestSpark.session().newSession();
        session.conf().set("spark.sql.shuffle.partitions", shufflePartitions);
        session.conf().set("spark.sql.codegen.wholeStage", codegen);
        session.conf().set("spark.sql.adaptive.coalescePartitions.enabled", "false");
        SelectOptions options = options().k(12).p(5).build();

        new SelectJob(session, Clock.systemUTC(), step -> {}, files * 5L)
                .run(new SelectRequest(List.of(List.of(predictions)), output, options));

        assertThat(selection())
                .isEqualTo(new PlainSelection(List.of(images), options, Set.of(), RandomImages.TOP_K).selected);
    }

    @Test
    void settingsOfTheCallersSessionAreUnchanged() throws IOException {
        SparkSession session = TestSpark.session();
        var before = session.conf().getAll();

        select(options().k(3).p(1), table("predictions").write(List.of(Image.ok("a", scored(0, 1)))));

        assertThat(session.conf().getAll()).isEqualTo(before);
    }

    @Test
    void runFileRecordsOptionsAndCounts() throws IOException {
        String first = table("first")
                .write(List.of(
                        Image.ok("a", scored(0, 0.5), scored(1, 0.5)),
                        Image.ok("b", scored(0, Double.NaN), scored(1, 0)),
                        broken("c")));

        SelectResult result = select(options().k(2).p(2).exclude(excludeFile(Set.of())), first);

        JsonNode run = runFile();
        assertThat(run.path("outcome").asText()).isEqualTo("done");
        assertThat(run.path("exit_code").asInt()).isZero();
        assertThat(run.path("predictions")).hasToString("[[\"file:" + first + "\"]]");
        assertThat(run.path("models")).hasToString("[\"" + MODEL + "\"]");
        assertThat(run.path("options"))
                .hasToString("{\"output\":\"" + output + "\",\"k\":2,\"p\":2,\"strategy\":\"topk\",\"unique\":false,"
                        + "\"min-score\":0.0,\"balance\":\"none\",\"temperature\":1.0,\"dedupe\":\"none\",\"exclude\":\""
                        + directory + "/exclude.txt\",\"export\":\"none\"}");
        assertThat(run.path("counts"))
                .hasToString(
                        "{\"rows\":3,\"images\":1,\"candidates\":2,\"selected\":2,\"refused_nan\":1,"
                                + "\"duplicates\":0,\"near_duplicates\":0,\"excluded\":0,\"leaks\":0,\"incomplete\":0,\"not_ok\":1}");
        assertThat(run.path("classes").asInt()).isEqualTo(RandomImages.CLASSES);
        assertThat(run.path("short_classes").asLong()).isEqualTo(RandomImages.CLASSES);
        assertThat(run.path("versions").path("spark").asText()).isNotEmpty();
        assertThat(result.shortClasses()).isEqualTo(RandomImages.CLASSES);
        assertThat(result.models()).containsExactly(MODEL);
    }

    @Test
    void nanBelowTheCompetingClassesIsIgnored() throws IOException {
        String table = table("predictions")
                .write(List.of(
                        Image.ok("a", scored(0, 0.5), scored(1, Double.NaN)), Image.ok("b", scored(0, Double.NaN))));

        Counts counts = select(options().k(5).p(1), table).counts();

        assertThat(counts.refusedNan()).isEqualTo(1);
        assertThat(selection()).extracting(Entry::path).containsExactly("a");
    }

    @Test
    void severalTablesOfOneTeacherAreReadAsOne() throws IOException {
        RandomImages random = new RandomImages(5, Scores.FEW);
        List<Image> images = random.images();
        String first = table("first").write(images.subList(0, 90));
        String second = table("second").write(images.subList(80, images.size()));
        SelectOptions.Builder options = options().k(15).p(3);

        SelectResult result = select(options, first, second);

        PlainSelection expected = new PlainSelection(List.of(images), options.build(), Set.of(), RandomImages.TOP_K);
        assertThat(selection()).isEqualTo(expected.selected);
        assertThat(result.counts()).isEqualTo(expected.counts());
    }

    @Test
    void tableWithMorePredictionsCompetesInNoMoreClasses() throws IOException {
        String first =
                table("first").topK(3).write(List.of(Image.ok("a", scored(0, 0.5), scored(1, 0.25), scored(2, 0.125))));
        String second = table("second").topK(1).write(List.of(Image.ok("b", scored(0, 0.75))));

        assertThat(select(options().k(5).p(1), first, second).counts().candidates())
                .isEqualTo(2);
        assertThat(selection()).extracting(Entry::path).containsExactly("b", "a");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void imageWithAnInfiniteScoreIsSkippedAndCounted(double score) throws IOException {
        String table = table("predictions")
                .write(List.of(
                        Image.ok("a", scored(0, 0.5)),
                        Image.ok("b", scored(0, score)),
                        Image.ok("c", scored(0, 0.25))));

        assertThat(select(options().k(5).p(1), table).counts().refusedNan()).isEqualTo(1);
        assertThat(selection()).extracting(Entry::path).containsExactly("a", "c");
    }

    @Test
    void globCharactersInTheOutputAreLiteral() throws IOException {
        String table =
                table("predictions").write(List.of(Image.ok("a", scored(0, 0.5)), Image.ok("b", scored(0, 0.25))));
        output = directory.resolve("[1] {a,b} *").toString();

        select(options().k(5).p(1).dedupe(Dedupe.SHA256), table);

        assertThat(Path.of(output, "run.json")).exists();
    }

    @Test
    void nothingIsSelectedIfAllScoresAreTooLow() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 0.5), scored(1, 0.25))));

        SelectResult result = select(options().k(5).p(2).minScore(0.75), table);

        assertThat(result.counts().candidates()).isZero();
        assertThat(selection()).isEmpty();
        assertThat(classesTable()).hasSize(RandomImages.CLASSES).allMatch(each -> each.shortBy() == 5);
        assertThat(runFile().path("outcome").asText()).isEqualTo("done");
    }

    @Test
    void predictionsTableCanBeTheExcludeFile() throws IOException {
        String validation = table("validation")
                .write(List.of(Image.ok("other/a", scored(0, 1)).withSha256(sha256("a"))));
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1)), Image.ok("b", scored(0, 0.5))));

        assertThat(select(options().k(5).p(1).exclude(validation), table)
                        .counts()
                        .excluded())
                .isEqualTo(1);
        assertThat(selection()).extracting(Entry::path).containsExactly("b");
    }

    @Test
    void bestOfImagesThatLookTheSameIsSelectedAndExcludedOnesAreNot() throws IOException {
        Map<String, Long> hashes = Map.of("a", 0L, "b", 7L, "c", 0xffL, "d", -1L, "e", -2L, "test", -8L);
        String table = hashed("predictions", hashes)
                .write(List.of(
                        Image.ok("a", scored(0, 0.5)),
                        Image.ok("b", scored(1, 0.75)),
                        Image.ok("c", scored(0, 0.25)),
                        Image.ok("d", scored(0, 1)),
                        Image.ok("e", scored(0, 1)),
                        broken("f")));
        String validation = hashed("validation", hashes).write(List.of(Image.ok("test", scored(2, 1))));

        Counts counts = select(options().k(5).p(1).dedupe(Dedupe.near(3)).exclude(validation), table)
                .counts();

        assertThat(selection()).extracting(Entry::path).containsExactly("c", "b");
        assertThat(counts.leaks()).isEqualTo(2);
        assertThat(counts.nearDuplicates()).isEqualTo(1);
        assertThat(counts.images()).isEqualTo(2);
        assertThat(TestSpark.session()
                        .read()
                        .parquet(output + "/duplicates")
                        .orderBy("path")
                        .collectAsList())
                .extracting(Row::toString)
                .containsExactly("[a,b,near_duplicate,3,null]", "[d,test,leak,3,null]", "[e,test,leak,2,null]");
        assertThat(runFile().path("options").path("dedupe").asText()).isEqualTo("near:3");
    }

    @Test
    void nearDuplicatesNeedHashesOfCandidatesAndExcludedImages() throws IOException {
        String without = table("without").write(List.of(Image.ok("a", scored(0, 1))));
        String table = hashed("predictions", Map.of("a", 1L)).write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(options().p(1).dedupe(Dedupe.near(3)), without)
                .hasMessage("predictions file:" + without + " have no column dhash: label with --emit dhash");
        assertRejected(options().p(1).dedupe(Dedupe.near(3)).exclude(without), table)
                .hasMessageContaining("--exclude file:" + without + " has no column dhash");
    }

    @Test
    void bestOfImagesWithSimilarFeaturesIsSelectedAndExcludedOnesAreNot() throws IOException {
        Map<String, List<Float>> features = Map.of(
                "a", List.of(1f, 0f, 0f, 2f),
                "b", List.of(1f, 0.1f, 0f, 2f),
                "c", List.of(1f, 0f, 0f, 2f),
                "d", List.of(0f, 1f, 3f, 0f),
                "e", List.of(0f, 1f, 1f, 3f),
                "test", List.of(0f, 1f, 3.1f, 0f));
        String table = described("predictions", features)
                .write(List.of(
                        Image.ok("a", scored(0, 0.5)),
                        Image.ok("b", scored(0, 0.75)),
                        Image.ok("c", scored(1, 0.5)),
                        Image.ok("d", scored(0, 1)),
                        Image.ok("e", scored(0, 1))));
        String validation = described("validation", features).write(List.of(Image.ok("test", scored(0, 1))));

        Counts counts = select(options().k(5).p(1).dedupe(Dedupe.features(0.95)).exclude(validation), table)
                .counts();

        assertThat(selection()).extracting(Entry::path).containsExactly("e", "b", "c");
        assertThat(counts.leaks()).isEqualTo(1);
        assertThat(counts.nearDuplicates()).isEqualTo(1);
    }

    private TestTable described(String name, Map<String, List<Float>> features) {
        return table(name)
                .with(
                        Map.of("features", DataTypes.createArrayType(DataTypes.FloatType)),
                        image -> Arrays.asList((Object)
                                features.getOrDefault(image.path(), List.of()).toArray(Float[]::new)));
    }

    private TestTable hashed(String name, Map<String, Long> hashes) {
        return table(name).with(Map.of("dhash", DataTypes.LongType), image -> Arrays.asList(hashes.get(image.path())));
    }

    @Test
    void csvManifestHasOneRowPerSelectedImage() throws IOException {
        String table = table("predictions")
                .write(List.of(
                        Image.ok("file:/a, \"b\" \\n.jpg", scored(0, 0.5)), Image.ok(" c\nd ", scored(0, 0.25))));

        select(options().k(3).p(1).balance(Balance.REPEAT).export(Export.CSV), table);

        assertThat(manifest()).isEqualTo("""
                path,class_index,class_label,score,weight
                "file:/a, ""b"" \\n.jpg",0,Class 0,0.5,2
                " c
                d ",0,Class 0,0.25,1
                """);
    }

    @Test
    void imageFolderManifestHasOneLinePerCopy() throws IOException {
        String table = TestTable.at(directory.resolve("predictions"), List.of("T-shirt/top", "Ünï", "bag"))
                .write(List.of(
                        Image.ok("file:/a\tb\\c.JPEG", scored(0, 0.5)),
                        Image.ok("s3a://b/x.tar!/d.e/f", scored(0, 0.25), scored(1, 0.5))));

        select(options().k(3).p(2).balance(Balance.REPEAT).export(Export.IMAGEFOLDER), table);

        assertThat(manifest()).isEqualTo("""
                00000_t_shirt_top/00000001.jpeg\tfile:/a\\tb\\\\c.JPEG
                00000_t_shirt_top/00000001-2.jpeg\tfile:/a\\tb\\\\c.JPEG
                00000_t_shirt_top/00000002\ts3a://b/x.tar!/d.e/f
                00001_n/00000001\ts3a://b/x.tar!/d.e/f
                00001_n/00000001-2\ts3a://b/x.tar!/d.e/f
                00001_n/00000001-3\ts3a://b/x.tar!/d.e/f
                """);
    }

    @Test
    void rowsOfAnotherModelAreRejected() throws IOException {
        table("predictions").write(List.of(Image.ok("a", scored(0, 1))));
        String table = table("predictions").write(List.of(Image.ok("b", scored(0, 1))), "other@ba9876543210");

        assertRejected(options().p(1), table)
                .hasMessage("predictions file:" + table
                        + " contain rows of model other@ba9876543210 in addition to rows of " + MODEL
                        + ", which run.json names");
    }

    @Test
    void tablesOfDifferentModelsForOneTeacherAreRejected() throws IOException {
        String first = table("first").write(List.of(Image.ok("a", scored(0, 1))));
        String second = table("second").model("other@ba9876543210").write(List.of(Image.ok("b", scored(0, 1))));

        assertRejected(options().p(1), first, second)
                .hasMessage("--predictions holds tables of different models: " + MODEL + " and, in " + second
                        + ", other@ba9876543210");
    }

    @Test
    void pAboveTheStoredTopKIsRejected() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(options().p(6), table)
                .hasMessage(
                        "--p 6 is too high: predictions file:" + table + " store the top 5 of 9 classes. Set --p to at"
                                + " most 5, or label with --top-k 6 or --emit logits");
    }

    @Test
    void pAboveTheNumberOfClassesIsRejected() throws IOException {
        String table = table("predictions").withLogits().write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(options().p(10), table)
                .hasMessage("--p 10 is too high: predictions file:" + table + " have 9 classes. Set --p to at most 9");
    }

    @Test
    void temperatureNeedsLogits() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(options().p(1).temperature(2), table)
                .hasMessage("--temperature needs logits, which predictions file:" + table
                        + " do not have: label with --emit logits");
    }

    @Test
    void ensembleNeedsLogitsOfEveryTeacher() throws IOException {
        String first = table("first").withLogits().write(List.of(Image.ok("a", scored(0, 1))));
        String second = table("second").write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(new SelectRequest(
                        List.of(List.of(first), List.of(second)),
                        output,
                        options().p(1).build()))
                .hasMessage("an ensemble needs logits, which predictions file:" + second
                        + " do not have: label with --emit logits");
    }

    @Test
    void teachersWithDifferentClassesAreRejected() throws IOException {
        String first = TestTable.at(directory.resolve("first"), List.of("ant", "bee"))
                .withLogits()
                .write(List.of(Image.ok("a", scored(0, 1))));
        String second = TestTable.at(directory.resolve("second"), List.of("ant", "bee", "cat", "dog"))
                .withLogits()
                .write(List.of(Image.ok("a", scored(0, 1))));
        String third = TestTable.at(directory.resolve("third"), List.of("ant", "cat"))
                .withLogits()
                .write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(new SelectRequest(
                        List.of(List.of(first), List.of(second)),
                        output,
                        options().p(1).build()))
                .hasMessage("teachers must have the same classes in the same order, but those of " + MODEL + " (file:"
                        + first + ") and " + MODEL + " (file:" + second + ") differ: the first has 2, the second 4");
        assertRejected(new SelectRequest(
                        List.of(List.of(first), List.of(third)),
                        output,
                        options().p(1).build()))
                .hasMessageEndingWith(
                        " (file:" + third + ") differ: class 1 is 'bee' in the first and 'cat' in the second");
    }

    @Test
    void tableNamedForTwoTeachersIsRejected() throws IOException {
        String table = table("predictions").withLogits().write(List.of(Image.ok("a", scored(0, 1))));

        assertRejected(new SelectRequest(
                        List.of(List.of(table), List.of(table + "/")),
                        output,
                        options().p(1).build()))
                .hasMessage("predictions file:" + table + " are named for two teachers");
    }

    @Test
    void teachersWithoutACommonImageAreRejected() throws IOException {
        Image image = new RandomImages(3, Scores.CONTINUOUS)
                .images().stream().filter(Image::isOk).findFirst().orElseThrow();
        String first = table("first").withLogits().write(List.of(image));
        String second = table("second").withLogits().write(List.of(image.withSha256(sha256("changed"))));

        assertRejected(new SelectRequest(
                        List.of(List.of(first), List.of(second)),
                        output,
                        options().p(1).build()))
                .hasMessageStartingWith(
                        "no image is ok and has the same bytes in the predictions of every teacher: [file:" + first
                                + ", file:" + second + "]");
    }

    @Test
    void tableWithoutAnImageThatIsOkIsRejected() throws IOException {
        String table = table("predictions").write(List.of(broken("a"), broken("b")));

        assertRejected(options().p(1), table)
                .hasMessage("predictions file:" + table + " contain no image with status ok: {undecodable=2}");
        assertThat(directory.resolve("out")).isEmptyDirectory();
    }

    @Test
    void classThatTheModelDoesNotHaveIsRejected() throws IOException {
        String table =
                TestTable.at(directory.resolve("predictions"), names(3)).write(List.of(Image.ok("a", scored(2, 1))));
        TestTable.at(directory.resolve("predictions"), names(2)).write(List.of(Image.ok("b", scored(0, 1))));

        assertRejected(options().p(1), table).hasMessage("predictions hold class index 2, of a model with 2 classes");
    }

    @Test
    void wrongNumberOfLogitsIsRejected() throws IOException {
        String table = table("predictions")
                .withLogits()
                .write(List.of(new Image("a", sha256("a"), "ok", List.of(scored(0, 1)), List.of(1f, 2f))));

        assertRejected(options().p(1).temperature(2), table)
                .hasMessage("predictions have 2 logits for a, but the model has 9 classes");
    }

    @Test
    void finishedSelectionIsNotReplaced() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1))));
        select(options().p(1), table);
        List<Entry> before = selection();

        assertRejected(options().p(1).k(1), table).hasMessageContaining("already holds a finished selection");
        assertThat(selection()).isEqualTo(before);
    }

    @Test
    void allProblemsAreReportedAtOnce() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1))));
        output = table + "/selection";

        assertRejected(options().p(7).exclude("missing"), table)
                .hasMessageContaining("--p 7 is too high")
                .hasMessageContaining("--exclude missing does not exist")
                .hasMessageContaining("is inside predictions file:" + table);
    }

    private AbstractThrowableAssert<?, ?> assertRejected(SelectOptions.Builder options, String... predictions) {
        return assertRejected(new SelectRequest(List.of(List.of(predictions)), output, options.build()));
    }

    private AbstractThrowableAssert<?, ?> assertRejected(SelectRequest request) {
        return assertThatThrownBy(() -> select(request)).isInstanceOf(CardinalException.class);
    }

    private static Image broken(String path) {
        return new Image(path, sha256(path), "undecodable", null, null);
    }

    private JsonNode runFile() throws IOException {
        return new JsonMapper().readTree(Path.of(output, "run.json").toFile());
    }

    /** Reads the only file of the manifest. */
    private String manifest() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(output, "manifest"))) {
            List<Path> parts = files.filter(
                            file -> file.getFileName().toString().startsWith("part-"))
                    .toList();
            assertThat(parts).hasSize(1);
            return Files.readString(parts.get(0));
        }
    }

    private TestTable table(String name) {
        return TestTable.at(directory.resolve(name), names(RandomImages.CLASSES))
                .topK(RandomImages.TOP_K);
    }

    private SelectResult select(SelectOptions.Builder options, String... predictions) throws IOException {
        return select(new SelectRequest(List.of(List.of(predictions)), output, options.build()));
    }

    private SelectResult select(SelectRequest request) throws IOException {
        return new SelectJob(TestSpark.session(), Clock.systemUTC(), step -> {}, BAND_ROWS).run(request);
    }

    /** Reads the written selection, by class and rank. */
    private List<Entry> selection() {
        return TestSpark.session()
                .read()
                .parquet(output + "/selection")
                .orderBy("class_index", "rank")
                .collectAsList()
                .stream()
                .peek(row ->
                        assertThat(row.<String>getAs("class_label")).isEqualTo("Class " + row.getAs("class_index")))
                .map(row -> new Entry(
                        row.getAs("class_index"),
                        row.getAs("rank"),
                        row.getAs("score"),
                        row.getAs("path"),
                        row.getAs("sha256"),
                        row.getAs("weight")))
                .toList();
    }

    private List<ClassSelection> classesTable() {
        return TestSpark.session().read().parquet(output + "/classes").orderBy("class_index").collectAsList().stream()
                .map(row -> new ClassSelection(
                        row.getAs("class_index"),
                        row.getAs("class_label"),
                        row.getAs("candidates"),
                        row.getAs("selected"),
                        row.getAs("cut_off_score"),
                        row.getAs("short_by")))
                .toList();
    }
}
