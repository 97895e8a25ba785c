package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.names;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.select.RandomImages.Scores;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Selections from predictions that other programs wrote. Fixtures and expected values: src/test/fixtures/external_selection.py. */
class ExternalSelectionTest {
    private static final String LABELS = "ant\nbee\ncat\ndog\neel\nfox\ngnu\n";

    @TempDir
    private Path directory;

    private String labels;
    private Path output;
    private int runs;

    @BeforeEach
    void writeLabels() throws IOException {
        labels = Files.writeString(directory.resolve("labels.txt"), LABELS).toString();
        output = directory.resolve("out");
    }

    @ParameterizedTest
    @CsvSource({
        "predictions, pandas, 3, 1",
        "logits, logits, 6, 1",
        "probabilities, probabilities, 6, 1",
        "temperature, probabilities, 3, 2",
        "ensemble, pandas probabilities, 3, 1"
    })
    void selectionEqualsNumPy(String name, String files, int p, double temperature) throws IOException {
        List<List<String>> teachers = new ArrayList<>();
        for (String file : files.split(" ", -1)) {
            teachers.add(List.of(external(file)));
        }

        select(teachers, SelectOptions.builder().k(4).p(p).temperature(temperature));

        List<String[]> expected = expected(name);
        List<Row> selection = selection();
        assertThat(selection).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(selection.get(i).<Integer>getAs("class_index")).isEqualTo(Integer.parseInt(expected.get(i)[1]));
            assertThat(selection.get(i).<Integer>getAs("rank")).isEqualTo(Integer.parseInt(expected.get(i)[2]));
            assertThat(selection.get(i).<Float>getAs("score"))
                    .isCloseTo(Float.parseFloat(expected.get(i)[3]), within(1e-7f));
            assertThat(selection.get(i).<String>getAs("path")).isEqualTo(expected.get(i)[4]);
        }
        assertThat(selection.get(0).<String>getAs("class_label")).isEqualTo("ant");
    }

    @Test
    void tableRewrittenWithWiderTypesGivesTheSameSelection() throws IOException {
        TestTable table = TestTable.at(directory.resolve("predictions"), names(RandomImages.CLASSES))
                .topK(RandomImages.TOP_K)
                .withLogits();
        String predictions = table.write(new RandomImages(8, Scores.FEW).images());
        SelectOptions.Builder stored = SelectOptions.builder().k(7).p(3);
        SelectOptions.Builder calculated = SelectOptions.builder().k(7).p(7);
        List<List<Row>> before = List.of(selected(predictions, stored), selected(predictions, calculated));
        Path wide = directory.resolve("wide");
        TestSpark.session()
                .read()
                .parquet(predictions)
                .selectExpr(
                        "path",
                        "sha256",
                        "truth",
                        "status",
                        "cast(predictions AS array<struct<class_index:bigint,label:string,score:double>>) AS predictions",
                        "cast(logits AS array<double>) AS logits",
                        "model")
                .write()
                .parquet(wide.toString());
        Files.createDirectory(wide.resolve("_cardinal"));
        Files.copy(Path.of(predictions, "_cardinal/run.json"), wide.resolve("_cardinal/run.json"));

        assertThat(List.of(selected(wide.toString(), stored), selected(wide.toString(), calculated)))
                .isEqualTo(before);
    }

    @Test
    void predictionsWithoutRunJsonNeedLabels() throws IOException {
        String predictions = external("pandas");

        assertThatThrownBy(() -> select(
                        List.of(List.of(predictions)),
                        Optional.empty(),
                        SelectOptions.builder().p(1)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("it has no _cardinal/run.json. If another program wrote it, name the classes of"
                        + " the model with --labels");
    }

    @Test
    void moreClassesThanStoredNeedLogitsOrProbabilities() {
        assertRejected("pandas1", SelectOptions.builder().p(6))
                .hasMessageContaining("store the top 5 of 7 classes. Set --p to at most 5, or add a column logits or"
                        + " probabilities");
    }

    @Test
    void temperatureNeedsLogitsOrProbabilities() {
        assertRejected("pandas1", SelectOptions.builder().p(1).temperature(2))
                .hasMessageContaining("--temperature needs logits")
                .hasMessageEndingWith("do not have: add a column logits or probabilities");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            array('cat') AS predictions | column predictions is array<string>; it must be array<struct<class_index:int
            array(named_struct('class_index', 3000000000, 'score', 0.5D)) AS predictions | class index 2147483647
            array(named_struct('class_index', -1L, 'score', 0.5D)) AS predictions | class index -1
            array(1, 2) AS logits | column logits is array<int>; it must be array<float> or array<double>
            array(0.5D, 0.5D) AS probabilities | column probabilities has 2 numbers in a row, but --labels names 7 classes
            1 AS scores | need a column path, and a column predictions, logits or probabilities
            """)
    void invalidColumnsAreReported(String column, String message) {
        TestSpark.session()
                .sql("SELECT 'a' AS path, " + column)
                .write()
                .parquet(directory.resolve("invalid").toString());

        assertThatThrownBy(() -> select(
                        List.of(List.of(directory.resolve("invalid").toString())),
                        SelectOptions.builder().p(1)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(message);
        assertThat(output).isEmptyDirectory();
    }

    private AbstractThrowableAssert<?, ?> assertRejected(String name, SelectOptions.Builder options) {
        return assertThatThrownBy(() -> select(List.of(List.of(external(name))), options))
                .isInstanceOf(CardinalException.class);
    }

    /** Copies a fixture to a directory of its own and returns the directory. */
    private String external(String name) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        try (InputStream in = resource(name + ".parquet")) {
            Files.copy(in, folder.resolve("part.parquet"));
        }
        return folder.toString();
    }

    private static List<String[]> expected(String name) throws IOException {
        try (InputStream in = resource("selection.csv")) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split("\t", -1))
                    .filter(fields -> fields[0].equals(name))
                    .toList();
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(
                ExternalSelectionTest.class.getResourceAsStream("/dev/cardinal/job/external/" + name), name);
    }

    private List<Row> selected(String predictions, SelectOptions.Builder options) throws IOException {
        select(List.of(List.of(predictions)), Optional.empty(), options);
        return selection();
    }

    private void select(List<List<String>> predictions, SelectOptions.Builder options) throws IOException {
        select(predictions, Optional.of(labels), options);
    }

    private void select(List<List<String>> predictions, Optional<String> labelsFile, SelectOptions.Builder options)
            throws IOException {
        output = directory.resolve("out" + runs++);
        new SelectJob(TestSpark.session())
                .run(new SelectRequest(predictions, labelsFile, output.toString(), options.build()));
    }

    private List<Row> selection() {
        return TestSpark.session()
                .read()
                .parquet(output.resolve("selection").toString())
                .orderBy("class_index", "rank")
                .collectAsList();
    }
}
