package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.names;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.select.RandomImages.Scores;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.job.select.TestTable.Image;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares selections whose rules differ between classes with queries of DuckDB over the same files. */
class ClassRulesTest {
    private static final int CLASSES = RandomImages.CLASSES;

    /** Candidates of images without NaN: c, score, path, camera, logits. */
    private static final String CANDIDATES = """
            images AS (SELECT * FROM read_parquet('TABLE/*.parquet') WHERE status = 'ok'
                AND len(list_filter(predictions[1:5], p -> isnan(p.score))) = 0),
            candidates AS (SELECT path, camera, p.class_index AS c, p.score AS score
                FROM (SELECT path, camera, unnest(predictions[1:5]) AS p FROM images))
            """;

    @TempDir
    private Path directory;

    static Stream<Arguments> queries() {
        return Stream.of(
                arguments("k of the file", "WITH " + CANDIDATES + """
                        , ranked AS (SELECT *, row_number() OVER (PARTITION BY c ORDER BY score DESC, path) AS rank,
                            count(*) OVER (PARTITION BY c) AS n FROM candidates)
                        SELECT c, rank, path, score FROM ranked WHERE rank <= CASE c WHEN 0 THEN 3 WHEN 1 THEN 0
                            WHEN 2 THEN n WHEN 3 THEN ceil(0.25 * n) ELSE 7 END
                        """),
                arguments("quota", "WITH " + CANDIDATES + """
                        , within AS (SELECT * FROM candidates QUALIFY row_number()
                            OVER (PARTITION BY c, camera ORDER BY score DESC, path) <= 2)
                        SELECT c, row_number() OVER (PARTITION BY c ORDER BY score DESC, path) AS rank, path, score
                        FROM within QUALIFY rank <= 7
                        """),
                arguments("groups", "WITH " + CANDIDATES + """
                        , of_groups AS (SELECT *, CASE WHEN c IN (0, 4) THEN 100 WHEN c IN (1, 2, 7) THEN 101 ELSE c END AS g
                            FROM candidates)
                        SELECT c, row_number() OVER (PARTITION BY c ORDER BY score DESC, path) AS rank, path, score
                        FROM (SELECT * FROM of_groups QUALIFY row_number()
                            OVER (PARTITION BY g ORDER BY score DESC, path, c) <= 7)
                        """),
                arguments("adaptive score", "WITH " + CANDIDATES + """
                        , sure AS (SELECT predictions[1].class_index AS c, count(*) AS n FROM images
                            WHERE predictions[1].score >= CAST(0.5 AS FLOAT) GROUP BY 1),
                        beta AS (SELECT c, n / (SELECT max(n) FROM sure)::DOUBLE AS b FROM sure)
                        SELECT c, row_number() OVER (PARTITION BY c ORDER BY score DESC, path) AS rank, path, score
                        FROM candidates LEFT JOIN beta USING (c)
                        WHERE score >= CAST(coalesce(0.5 * b / (2 - b), 0) AS FLOAT) QUALIFY rank <= 7
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("queries")
    void selectionEqualsTheQuery(String rule, String query) throws IOException, SQLException {
        for (Scores scores : List.of(Scores.CONTINUOUS, Scores.FEW)) {
            String table = table(scores);
            SelectOptions.Builder options = SelectOptions.builder().k(7).p(5);
            switch (rule) {
                case "k of the file" ->
                    options.kFile(file("k.csv", "class,k\nClass 0,3\n1,0\nClass 2,all\n3,25%\n*,7\n"));
                case "groups" ->
                    options.groupBy(file("groups.csv", "Class 0,animals\n1,ships\n2,ships\n4,animals\n7,ships\n"));
                case "quota" -> options.per("camera", 2);
                default -> options.adaptiveScore(0.5);
            }

            String output = select(options, table, rule + scores);

            List<String> expected = query(query.replace("TABLE", table));
            assertThat(expected).hasSizeGreaterThan(20);
            assertThat(query("SELECT class_index, rank, path, score FROM read_parquet('" + output
                            + "/selection/*.parquet')"))
                    .isEqualTo(expected);
        }
    }

    @Test
    void distributionAlignmentEqualsTheQuery() throws IOException, SQLException {
        String table = table(Scores.CONTINUOUS);
        String shares = file("shares.csv", "0,0.5\n1,0.2\n*,0.1\n");

        String output = select(SelectOptions.builder().k(9).p(4).align(shares), table, "out");

        List<String> expected = query("""
                WITH images AS (SELECT path, logits FROM read_parquet('TABLE/*.parquet') WHERE status = 'ok'
                    AND len(list_filter(logits, z -> isnan(z))) = 0),
                flat AS (SELECT path, unnest(range(9)) AS c, exp(unnest(logits)::DOUBLE) AS e FROM images),
                softmax AS (SELECT path, c, e / sum(e) OVER (PARTITION BY path) AS p FROM flat),
                factors AS (SELECT c, CASE c WHEN 0 THEN 0.5 WHEN 1 THEN 0.2 ELSE 0.1 END / avg(p) AS f
                    FROM softmax GROUP BY c),
                aligned AS (SELECT path, c, p * f / sum(p * f) OVER (PARTITION BY path) AS score
                    FROM softmax JOIN factors USING (c)),
                candidates AS (SELECT *, row_number() OVER (PARTITION BY path ORDER BY score DESC, c) AS place FROM aligned)
                SELECT c, row_number() OVER (PARTITION BY c ORDER BY score DESC, path) AS rank, path,
                    round(score, 5) AS score
                FROM candidates WHERE place <= 4 QUALIFY rank <= 9
                """.replace("TABLE", table));
        assertThat(query("SELECT class_index, rank, path, round(score::DOUBLE, 5) FROM read_parquet('" + output
                        + "/selection/*.parquet')"))
                .isEqualTo(expected);
        assertThat(expected).hasSizeGreaterThan(50);
    }

    @Test
    void precisionOfAClassDecidesItsLowestScore() {
        ReliabilityCurves curves = new ReliabilityCurves(4);
        for (int b = 0; b < 15; b++) {
            curves.add(0, b, 10, Math.min(10, b)); // 120 of 150 are correct, in total
            curves.add(1, b, 10, 10);
            curves.add(2, b, 10, 0);
        }
        curves.add(3, 14, ReliabilityCurves.FEWEST - 1, 0);

        // Class 0: of bins 9 to 14, 9 + 5 x 10 of 60 are correct; of bins 8 to 14, 67 of 70; of 7 to 14, 74 of 80; of 6
        // to 14, 80 of 90.
        assertThat(curves.lowestScores(0.9))
                .containsExactly(Math.nextUp((float) (7 / 15.0)), 0, Float.POSITIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    @Test
    void minPrecisionReadsTheCurvesOfAnEvaluation() throws IOException {
        String table = table(Scores.CONTINUOUS);
        Path evaluation = Files.createDirectories(directory.resolve("evaluation"));
        String n = "[0,0,0,0,0,0,0,40,0,0,0,0,0,0,40]";
        String correct = "[0,0,0,0,0,0,0,10,0,0,0,0,0,0,40]";
        Files.writeString(
                evaluation.resolve("metrics.json"),
                "{\"model\": \"" + TestTable.MODEL + "\", \"class_reliability\": [{\"class_index\": 0, \"n\": " + n
                        + ", \"correct\": " + correct + "}]}");

        String output = select(
                SelectOptions.builder().k(SelectOptions.ALL).p(5).minPrecision(0.9, evaluation.toString()),
                table,
                "out");

        float edge = (float) (14 / 15.0);
        assertThat(TestSpark.session()
                        .read()
                        .parquet(output + "/selection")
                        .select("score")
                        .collectAsList())
                .isNotEmpty()
                .allMatch(row -> row.getFloat(0) > edge);
        assertThatThrownBy(() ->
                        select(SelectOptions.builder().p(5).minPrecision(0.9, directory.toString()), table, "other"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("has no metrics.json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Class 0,3;nothing,4 | line 2: 'nothing' is not an index, an id or a name of one of the 9 classes
            0,3;Class 0,4       | line 2: class 'Class 0' has a value already
            0,3;1,many          | line 2: expected a class, a comma and a number, a percentage or all, not '1,many'
            """)
    void invalidLineOfTheFileIsReported(String lines, String expected) throws IOException {
        String table = table(Scores.FEW);
        String file = file("k.csv", lines.replace(";", "\n"));

        assertThatThrownBy(() -> select(SelectOptions.builder().p(5).kFile(file), table, "out"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--k-file " + file + ", " + expected);
    }

    @ParameterizedTest
    @CsvSource({"7%, 100, 7", "14%, 100, 14", "55%, 100, 55", "2.5%, 30, 1", "2.5%, 40, 1", "2.5%, 41, 2", "100%, 9, 9"
    })
    void percentageOfTheCandidatesIsRoundedUp(String limit, long candidates, long expected) {
        assertThat(ClassLimits.Limit.parse(limit))
                .extracting(parsed -> parsed.of(candidates))
                .isEqualTo(expected);
    }

    @Test
    void headerOfAFileOfGroupsIsSkipped() throws IOException {
        String groups = file("groups.csv", "class,group\n0,even\n2,even\n");

        assertThat(ClassGroups.of(
                        SelectOptions.builder().groupBy(groups).build().rules(), labels(), new Configuration()))
                .hasValueSatisfying(each -> assertThat(each.numbers()).containsExactly(9, 1, 9, 3, 4, 5, 6, 7, 8));
    }

    @Test
    void everyImageOfAClassCannotBeRepeated() throws IOException {
        SelectOptions.Builder options = SelectOptions.builder()
                .p(5)
                .balance(SelectOptions.Balance.REPEAT)
                .kFile(file("k.csv", "0,10\n3,all\n"));

        assertThatThrownBy(() -> select(options, table(Scores.FEW), "out"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("has 'all' for class 'Class 3'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"truth", "status", "sha256", "lens.model"})
    void quotaCountsByAnyColumnOfTheTable(String column) throws IOException {
        String table = TestTable.at(directory.resolve("table"), names(CLASSES))
                .topK(RandomImages.TOP_K)
                .with(Map.of("lens.model", DataTypes.StringType), image -> List.of("l" + camera(image)))
                .write(new RandomImages(3, Scores.FEW).images());

        String output = select(SelectOptions.builder().p(5).per(column, 2), table, "out-" + column);

        Dataset<Row> selected = TestSpark.session().read().parquet(output + "/selection");
        Dataset<Row> stored = TestSpark.session().read().parquet(table + "/*.parquet");
        assertThat(selected.count()).isPositive();
        assertThat(selected.join(
                                stored.select(
                                        col("path").as("stored"),
                                        col("`" + column + "`").as("source")),
                                col("path").equalTo(col("stored")))
                        .groupBy("class_index", "source")
                        .count()
                        .filter("count > 2")
                        .count())
                .isZero();
    }

    @Test
    void filesAreReadBeforeTheTables() throws IOException {
        SelectRequest request = new SelectRequest(
                List.of(List.of(table(Scores.FEW))),
                directory.resolve("out").toString(),
                SelectOptions.builder()
                        .p(5)
                        .kFile(directory.resolve("missing.csv").toString())
                        .build());

        assertThat(SelectJob.problems(request, new Configuration()))
                .containsExactly("--k-file " + directory.resolve("missing.csv") + " does not exist");
    }

    @Test
    void groupsNeedANumberOfImages() {
        SelectOptions.Builder options =
                SelectOptions.builder().k(SelectOptions.ALL).groupBy("groups.csv");

        assertThatThrownBy(options::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--group-by needs a number --k of images of each group, and cannot be combined with --k-file"
                                + " or --balance repeat");
    }

    @Test
    void columnThatWasNotKeptIsReported() throws IOException {
        String table = table(Scores.FEW);

        assertThatThrownBy(() -> select(SelectOptions.builder().p(5).per("album", 3), table, "out"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("predictions file:" + table + " have no column album: label with --keep album");
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private String table(Scores scores) throws IOException {
        return TestTable.at(directory.resolve("table" + scores), names(CLASSES))
                .topK(RandomImages.TOP_K)
                .withLogits()
                .files(2)
                .with(
                        Map.of("camera", DataTypes.StringType),
                        image -> Arrays.asList(image.path().hashCode() % 7 == 0 ? null : "c" + camera(image)))
                .write(new RandomImages(3, scores).images());
    }

    private static List<ClassLabel> labels() {
        return names(CLASSES).stream().map(name -> new ClassLabel(name, null)).toList();
    }

    private static int camera(Image image) {
        return Math.floorMod(image.path().hashCode(), 5);
    }

    private String select(SelectOptions.Builder options, String table, String name) throws IOException {
        String output = directory.resolve(name).toString();
        new SelectJob(TestSpark.session(), Clock.systemUTC(), step -> {}, 7)
                .run(new SelectRequest(
                        List.of(List.of(table)),
                        output,
                        options.dedupe(Dedupe.NONE).build()));
        return output;
    }

    private static List<String> query(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM (" + sql + ") ORDER BY 1, 2")) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getInt(1) + " " + result.getInt(2) + " " + result.getString(3) + " "
                        + result.getDouble(4));
            }
            return rows;
        }
    }
}
