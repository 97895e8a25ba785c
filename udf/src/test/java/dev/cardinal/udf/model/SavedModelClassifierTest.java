package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SavedModelClassifierTest {
    /** Kernels may sum in a different order for each batch size; logits have a magnitude of about 10. */
    private static final float TOLERANCE = 1e-4f;

    @TempDir
    private static Path directory;

    private static Path bundle;
    private static ServedModel model;
    private static SavedModelClassifier classifier;

    @BeforeAll
    static void importModel() throws IOException {
        bundle = directory.resolve("model");
        model = ServedModel.of(DemoModel.importTo(DemoModel.card(), bundle));
        classifier = SavedModelClassifier.load(bundle, model, SessionSettings.cpu());
    }

    @AfterAll
    static void closeModel() {
        classifier.close();
    }

    @ParameterizedTest
    @CsvSource({"28, 28", "32, 32", "20, 36"})
    void batchGivesTheSameScoresAsSingleImages(int width, int height) {
        List<byte[]> images = IntStream.range(0, 9)
                .mapToObj(i -> Pictures.rgb(width, height, i))
                .toList();

        List<Scores> together = classifier.classify(images, height, width);

        assertThat(together).hasSize(9);
        for (int i = 0; i < 9; i++) {
            Scores alone =
                    classifier.classify(List.of(images.get(i)), height, width).get(0);
            assertThat(together.get(i).logits()).containsExactly(alone.logits(), within(TOLERANCE));
            assertThat(together.get(i).features()).containsExactly(alone.features(), within(TOLERANCE));
        }
        assertThat(together.get(0).logits()).isNotEqualTo(together.get(1).logits());
    }

    @Test
    void probabilitiesAreTheSoftmaxOfTheLogits() {
        Scores scores =
                classifier.classify(List.of(Pictures.rgb(28, 28, 5)), 28, 28).get(0);

        float[] logits = Objects.requireNonNull(scores.logits());
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        assertThat(logits).hasSize(10);
        assertThat(scores.probabilities()).hasSize(10);
        assertThat(scores.features()).hasSize(1024);
        for (int c = 0; c < 10; c++) {
            assertThat((double) scores.probabilities()[c]).isCloseTo(Math.exp(logits[c]) / sum, within(1e-6));
        }
    }

    @Test
    void threadsShareOneSession() {
        List<byte[]> image = List.of(Pictures.rgb(28, 28, 3));
        float[] expected = classifier.classify(image, 28, 28).get(0).logits();

        List<float[]> logits = IntStream.range(0, 32)
                .parallel()
                .mapToObj(i -> classifier.classify(image, 28, 28).get(0).logits())
                .toList();

        assertThat(logits).allSatisfy(each -> assertThat(each).containsExactly(expected, within(TOLERANCE)));
    }

    @ParameterizedTest
    @CsvSource({"2351", "2353", "0"})
    void imageOfTheWrongNumberOfBytesIsRejected(int bytes) {
        assertThatThrownBy(() -> classifier.classify(List.of(new byte[bytes]), 28, 28))
                .isInstanceOfAny(IllegalArgumentException.class, BufferOverflowException.class);
    }

    @Test
    void directoryWithoutAModelIsRejected() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));

        assertThatThrownBy(() -> SavedModelClassifier.load(empty, model, SessionSettings.cpu()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("model " + empty + " cannot be loaded");
    }

    @Test
    void corruptModelIsRejected() throws IOException {
        Path corrupt = Files.createDirectory(directory.resolve("corrupt"));
        Files.writeString(corrupt.resolve("saved_model.pb"), "not a graph");

        assertThatThrownBy(() -> SavedModelClassifier.load(corrupt, model, SessionSettings.cpu()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("model " + corrupt + " cannot be loaded");
    }

    @Test
    void closedModelCannotClassify() {
        SavedModelClassifier closed = SavedModelClassifier.load(bundle, model, SessionSettings.cpu());
        closed.close();

        assertThatThrownBy(() -> closed.classify(List.of(Pictures.rgb(28, 28, 1)), 28, 28))
                .isInstanceOf(IllegalStateException.class);
        closed.close(); // does nothing
    }
}
