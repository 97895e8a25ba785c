package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.names;
import static dev.cardinal.job.select.TestTable.scored;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.select.Bands.Band;
import dev.cardinal.job.select.TestTable.Image;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the query plans of a selection. {@link SelectJobTest} tests what it selects. */
class RankingTest {
    private static final int IMAGES = 400;

    @TempDir
    private Path directory;

    private final SparkSession session = SelectSession.of(TestSpark.session());

    @Test
    void histogramReadsOnlyClassesAndScores() throws IOException {
        assertThat(plan(candidates(i -> 1, 0).rows()))
                .contains("ReadSchema: struct<status:string,predictions:array<struct<class_index:int,score:float>>>");
    }

    @Test
    void fewerPredictionsThanStoredReadNoOtherColumns() throws IOException {
        Candidates all = candidates(i -> 1, 0.5f);

        assertThat(plan(new Candidates(all.images(), 1, MinScores.same(2, 0.5f)).rows()))
                .contains("ReadSchema: struct<status:string,predictions:array<struct<class_index:int,score:float>>>");
    }

    @Test
    void manyImagesWithTheSameScoreAreLimitedBeforeTheShuffle() throws IOException {
        assertThat(plan(selected(candidates(i -> 1, 0), 10, 1000)))
                .containsPattern("(?s)WindowGroupLimit .*Exchange hashpartitioning.*WindowGroupLimit .*FileScan");
    }

    @Test
    void differentScoresAreCutOffBeforeTheShuffle() throws IOException {
        Candidates candidates = candidates(i -> i / 1000.0, 0);

        String plan = plan(selected(candidates, 100, 1000));

        assertThat(plan).doesNotContain("WindowGroupLimit");
        assertThat(Bands.of(candidates, ClassLimits.same(2, 100), 1000).candidates())
                .as("candidates that are sorted")
                .isBetween(100L, 130L);
    }

    @Test
    void classWithManyImagesIsDividedBetweenTasks() throws IOException {
        session.conf().set("spark.sql.shuffle.partitions", 8);
        session.conf().set("spark.sql.adaptive.coalescePartitions.enabled", "false");
        Candidates candidates = candidates(i -> i / 1000.0, 0);

        Dataset<Row> selected = selected(candidates, SelectOptions.ALL, 50);

        long[] rows = selected.toJavaRDD().glom().collect().stream()
                .mapToLong(List::size)
                .filter(n -> n > 0)
                .toArray();
        assertThat(rows).hasSizeGreaterThan(3);
        assertThat(IntStream.range(0, rows.length).mapToLong(task -> rows[task]))
                .allMatch(n -> n < IMAGES / 2);
        assertThat(selected.select("rank").distinct().count()).isEqualTo(IMAGES);
    }

    @Test
    void bandsOfAClassAreContiguous() throws IOException {
        List<Band> bands = Bands.of(candidates(i -> i / 1000.0, 0), ClassLimits.same(2, 300), 100)
                .bands();

        assertThat(bands).hasSize(3).allMatch(band -> band.classIndex() == 1);
        assertThat(bands.subList(0, 2)).allMatch(band -> band.n() >= 100);
        for (int b = 1; b < bands.size(); b++) {
            assertThat(bands.get(b).above())
                    .isEqualTo(bands.get(b - 1).above() + bands.get(b - 1).n());
            assertThat(bands.get(b).lowest()).isLessThan(bands.get(b - 1).lowest());
        }
    }

    /** Returns images of class 1 with these scores. */
    private Candidates candidates(IntToDoubleFunction score, float minScore) throws IOException {
        List<Image> images = IntStream.range(0, IMAGES)
                .mapToObj(i -> Image.ok("file:/" + i, scored(1, score.applyAsDouble(i))))
                .toList();
        String table = TestTable.at(directory.resolve("predictions"), names(2)).write(images);
        Teacher teacher = Teacher.of(Predictions.open(List.of(table), new Configuration()), List.of(), session);
        return new Candidates(
                teacher.ok(col("path"), col("sha256"), col("predictions")),
                Candidates.ALL,
                MinScores.same(2, minScore));
    }

    private Dataset<Row> selected(Candidates candidates, long k, long bandRows) {
        Bands bands = Bands.of(candidates, ClassLimits.same(2, k), bandRows);
        SelectOptions options = SelectOptions.builder().k(k).p(1).build();
        List<ClassLabel> classes =
                names(2).stream().map(name -> new ClassLabel(name, null)).toList();
        return new Ranking(options, bands, classes, bandRows).select(candidates, session);
    }

    private static String plan(Dataset<Row> rows) {
        return ((org.apache.spark.sql.classic.Dataset<Row>) rows)
                .queryExecution()
                .executedPlan()
                .toString();
    }
}
