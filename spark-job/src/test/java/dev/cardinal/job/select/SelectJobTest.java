package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.names;
import static dev.cardinal.job.select.TestTable.scored;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.job.LocalSpark;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.job.select.PlainSelection.Entry;
import dev.cardinal.job.select.RandomImages.Scores;
import dev.cardinal.job.select.SelectOptions.Balance;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.job.select.SelectOptions.Strategy;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.TestTable.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Selections from small tables, most of them held to {@link PlainSelection}. */
class SelectJobTest {
    /** So few that the small classes of these tests are divided. */
    private static final long BAND_ROWS = 7;

    @TempDir
    private Path directory;

    private String output;

    @BeforeEach
    void nameOutput() {
        output = directory.resolve("out").toString();
    }

    static Stream<Arguments> randomised() {
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
    @MethodSource("randomised")
    void selectionIsThatOfThePlainReference(int seed, Scores scores, int teachers, SelectOptions.Builder builder)
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
        String shouted =
                hashes.stream().map(hash -> hash.toUpperCase(Locale.ROOT)).collect(Collectors.joining("\n"));
        return Files.writeString(file, shouted + "\n\n").toString();
    }

    @ParameterizedTest
    @CsvSource({"1, 1, false", "3, 5, false", "7, 2, true"})
    void selectionDoesNotDependOnHowTheWorkIsDivided(int files, String shufflePartitions, String codegen)
            throws IOException {
        List<Image> images = new RandomImages(99, Scores.FEW).images();
        String predictions = table("predictions").files(files).write(images);
        SparkSession session = LocalSpark.session().newSession();
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
    void sessionOfTheCallerKeepsItsSettings() throws IOException {
        SparkSession session = LocalSpark.session();
        var before = session.conf().getAll();

        select(options().k(3).p(1), table("predictions").write(List.of(Image.ok("a", scored(0, 1)))));

        assertThat(session.conf().getAll()).isEqualTo(before);
    }

    @Test
    void histogramReadsClassesAndScoresAlone() throws IOException {
        String table = table("predictions").write(List.of(Image.ok("a", scored(0, 1))));
        SparkSession session = LocalSpark.session();
        Teacher teacher = Teacher.of(Predictions.open(List.of(table), new Configuration()), session);
        Dataset<Row> images = teacher.ok(col("path"), col("sha256"), col("predictions"));

        String plan = Histogram.of(new Candidates(images, Candidates.ALL, 0))
                .queryExecution()
                .executedPlan()
                .toString();

        assertThat(plan)
                .contains("ReadSchema: struct<status:string,predictions:array<struct<class_index:int,score:float>>>");
    }

    private TestTable table(String name) {
        return TestTable.at(directory.resolve(name), names(RandomImages.CLASSES))
                .topK(RandomImages.TOP_K);
    }

    private SelectResult select(SelectOptions.Builder options, String... predictions) throws IOException {
        return select(new SelectRequest(List.of(List.of(predictions)), output, options.build()));
    }

    private SelectResult select(SelectRequest request) throws IOException {
        return new SelectJob(LocalSpark.session(), Clock.systemUTC(), step -> {}, BAND_ROWS).run(request);
    }

    /** The selection as it was written, by class and rank. */
    private List<Entry> selection() {
        return LocalSpark.session()
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
        return LocalSpark.session().read().parquet(output + "/classes").orderBy("class_index").collectAsList().stream()
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
