package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.ToyTable.Image;
import dev.cardinal.job.evaluate.Metrics.ClassPrecision;
import dev.cardinal.job.evaluate.Metrics.PrecisionAt;
import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** EvaluateReferenceTest compares the precision of larger selections with NumPy and SciPy. */
class SelectionPrecisionTest {
    @TempDir
    private Path directory;

    private String predictions;

    @BeforeEach
    void writePredictions() throws IOException {
        predictions = ToyTable.of("toy@0123456789ab")
                .write(
                        directory.resolve("predictions"),
                        List.of(
                                Image.of("file:/1.jpg", "ant", 0),
                                Image.of("file:/2.jpg", "bee", 0),
                                Image.of("file:/3.jpg", null, 0),
                                Image.of("file:/4.jpg", "dragon", 0),
                                Image.of("file:/5.jpg", "ant", 0).withStatus("empty")));
    }

    /** No truth: a row without one, and an image that is not in the table. A truth that is not a class counts as wrong. */
    @Test
    void imagesWithoutATruthAreCountedSeparately() throws IOException {
        String selection = selection(
                "\"all\"",
                "0, 'ant', 1, 'file:/1.jpg'",
                "0, 'ant', 2, 'file:/2.jpg'",
                "0, 'ant', 3, 'file:/3.jpg'",
                "0, 'ant', 4, 'file:/4.jpg'",
                "0, 'ant', 5, 'file:/elsewhere.jpg'",
                "1, 'bee', 1, 'file:/2.jpg'");

        List<PrecisionAt> measured = measure(selection, 4, 1, 4);

        assertThat(measured).extracting(PrecisionAt::k).containsExactly(1, 4);
        Interval two = Interval.wilson(2, 4);
        Interval ants = Interval.wilson(1, 3);
        Interval bees = Interval.wilson(1, 1);
        PrecisionAt atFour = measured.get(1);
        assertThat(atFour).isEqualTo(new PrecisionAt(4, 5, 4, two.value(), two.low(), two.high(), atFour.perClass()));
        assertThat(atFour.perClass())
                .hasSize(6)
                .startsWith(
                        new ClassPrecision(0, "ant", 4, 3, 1, ants.value(), ants.low(), ants.high()),
                        new ClassPrecision(1, "bee", 1, 1, 1, bees.value(), bees.low(), bees.high()),
                        new ClassPrecision(2, "cat", 0, 0, 0, null, null, null));
        assertThat(measured.get(0).precision()).isEqualTo(1);
    }

    /** A class selects two images, and the truth of one of them is not a class. */
    @Test
    void imageWhoseTruthIsNotAClassIsAWrongPseudoLabel() throws IOException {
        String selection = selection("2", "0, 'ant', 1, 'file:/1.jpg'", "0, 'ant', 2, 'file:/4.jpg'");

        PrecisionAt measured = measure(selection, 2).get(0);

        assertThat(measured.withTruth()).isEqualTo(2);
        assertThat(measured.precision()).isEqualTo(0.5);
    }

    @Test
    void defaultRanksAreTheSelectionsKAndItsHalves() throws IOException {
        assertThat(Selection.defaultRanks(16_000)).containsExactly(1000, 2000, 4000, 8000, 16_000);
        assertThat(Selection.defaultRanks(5)).containsExactly(1, 2, 5);
        assertThat(Selection.defaultRanks(0)).isEmpty();
        assertThat(measure(selection("16000", "0, 'ant', 1, 'file:/1.jpg'", "0, 'ant', 2, 'file:/2.jpg'")))
                .as("also if no class has that many images")
                .extracting(PrecisionAt::k)
                .containsExactly(1000, 2000, 4000, 8000, 16_000);
    }

    @Test
    void defaultRanksOfASelectionOfAllAreItsLargestRankAndTheHalves() throws IOException {
        assertThat(measure(selection("\"all\"", "0, 'ant', 1, 'file:/1.jpg'", "0, 'ant', 2, 'file:/2.jpg'")))
                .extracting(PrecisionAt::k)
                .containsExactly(1, 2);
    }

    @Test
    void emptySelectionHasNoPrecision() throws IOException {
        List<PrecisionAt> measured = measure(selection("4"), 4);

        assertThat(measured).hasSize(1);
        assertThat(measured.get(0).selected()).isZero();
        assertThat(measured.get(0).precision()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "0, 'ant', 1, 'file:/other.jpg' | contains none of the images of these predictions (it has, for"
                        + " example, file:/other.jpg): name the predictions from which it was made",
                "1, 'wasp', 1, 'file:/1.jpg' | comes from another model: its class 1 is 'wasp', but the model of the"
                        + " predictions has 'bee' there",
                "6, 'gnu', 1, 'file:/1.jpg' | comes from another model: its class 6 is 'gnu', but the model of the"
                        + " predictions has no such class"
            })
    void selectionOfAnotherTableIsRefused(String row, String expected) throws IOException {
        String selection = selection("4", row);

        assertThatThrownBy(() -> measure(selection))
                .isInstanceOf(CardinalException.class)
                .hasMessage("selection file:" + selection + " " + expected);
    }

    @Test
    void invalidSelectionIsDetectedWithoutSpark() throws IOException {
        String selection = selection("20", "0, 'ant', 1, 'file:/1.jpg'");
        Path unfinished = directory.resolve("unfinished");
        Files.createDirectories(unfinished.resolve("selection"));
        Path bare = Files.createDirectories(directory.resolve("bare"));
        Files.writeString(bare.resolve("run.json"), "{}");

        assertThat(problems(selection, 5, 21))
                .containsExactly("--at 21 is larger than the --k 20 of the selection in file:" + selection);
        assertThat(problems(unfinished.toString()))
                .containsExactly("selection file:" + unfinished
                        + " is not a complete selection: it has no run.json, which 'select' writes last");
        assertThat(problems(bare.toString()))
                .containsExactly("selection file:" + bare + " is not a selection: it has no subdirectory selection");
        Files.writeString(bare.resolve("run.json"), "{");
        assertThat(problems(bare.toString()).get(0))
                .startsWith("file:" + bare + "/run.json is not the record of a run");
    }

    private String selection(String k, String... rows) throws IOException {
        Path select = directory.resolve("select");
        String values = rows.length == 0 ? "(0, 'ant', 1, 'file:/1.jpg')" : "(" + String.join("), (", rows) + ")";
        TestSpark.session()
                .sql("SELECT *, 7 AS weight FROM VALUES " + values + " AS t(class_index, class_label, rank, path)")
                .filter(rows.length == 0 ? "false" : "true")
                .coalesce(1)
                .write()
                .parquet(select.resolve("selection").toString());
        Files.writeString(select.resolve("run.json"), "{\"options\": {\"k\": " + k + "}}");
        return select.toString();
    }

    private List<PrecisionAt> measure(String selection, Integer... at) throws IOException {
        Metrics metrics = new EvaluateJob(TestSpark.session()).run(request(selection, at));
        return Objects.requireNonNull(metrics.selection());
    }

    private List<String> problems(String selection, Integer... at) throws IOException {
        return EvaluateJob.problems(request(selection, at), new Configuration());
    }

    private EvaluateRequest request(String selection, Integer... at) {
        return new EvaluateRequest(
                List.of(predictions),
                null,
                TruthAs.AUTO,
                selection,
                List.of(at),
                directory.resolve("evaluation").toString());
    }
}
