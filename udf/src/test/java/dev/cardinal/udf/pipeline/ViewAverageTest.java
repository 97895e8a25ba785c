package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.udf.model.Classifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Uses a model of images of one pixel with two classes: the logits are the red and the green value, the feature is the blue
 * value. Expected numbers are from Python: {@code torch.softmax(torch.tensor([[0., 2.], [4., 1.]]), 1).mean(0)}, and its
 * {@code log()}.
 */
class ViewAverageTest {
    private final List<Integer> batches = new ArrayList<>();
    private boolean withLogits = true;
    private boolean closed;

    @Test
    void imageHasTheMeanProbabilitiesOfItsViews() {
        Classifier.Scores scores = average(2, 8)
                .classify(List.of(new byte[] {0, 2, 10, 4, 1, 20}), 1, 1)
                .get(0);

        assertThat(scores.probabilities()).containsExactly(new float[] {0.5358885f, 0.4641115f}, within(1e-6f));
        assertThat(scores.logits()).containsExactly(new float[] {-0.6238291f, -0.7676304f}, within(1e-6f));
        assertThat(scores.features()).containsExactly(15);
    }

    @Test
    void logitsOfHopelessClassesStayFinite() {
        Classifier.Scores scores = average(2, 8)
                .classify(List.of(new byte[] {0, 127, 0, -100, 127, 0}), 1, 1)
                .get(0);

        // Close to log(exp(-127) / 2), whose exponential is below the smallest float.
        assertThat(scores.probabilities()[0]).isZero();
        assertThat(Objects.requireNonNull(scores.logits())[0]).isCloseTo(-127.69315f, within(1e-4f));
    }

    @Test
    void modelThatReturnsProbabilitiesOnlyHasNoOtherAverages() {
        withLogits = false;

        Classifier.Scores scores = average(2, 8)
                .classify(List.of(new byte[] {0, 2, 10, 4, 1, 20}), 1, 1)
                .get(0);

        assertThat(scores.logits()).isNull();
        assertThat(scores.features()).isNull();
        assertThat(scores.probabilities()).containsExactly(new float[] {0.5358885f, 0.4641115f}, within(1e-6f));
    }

    @ParameterizedTest
    @CsvSource({"16, 10, 32, 32 32 32 32 32", "3, 10, 32, 30", "1, 10, 4, 4 4 2", "7, 5, 1000, 35", "2, 2, 1, 1 1 1 1"})
    void modelGetsAtMostABatchOfViewsAndEachImageItsOwnViews(int images, int views, int batchSize, String expected) {
        List<byte[]> pixels =
                IntStream.range(0, images).mapToObj(i -> views(i, views)).toList();

        List<Classifier.Scores> scores = average(views, batchSize).classify(pixels, 1, 1);

        assertThat(batches).containsExactly(ints(expected));
        assertThat(scores).hasSize(images);
        for (int i = 0; i < images; i++) {
            assertThat(scores.get(i).features()).containsExactly(new float[] {i + (views - 1) / 2f}, within(1e-5f));
        }
    }

    private static Integer[] ints(String values) {
        return List.of(values.split(" ", -1)).stream().map(Integer::valueOf).toArray(Integer[]::new);
    }

    /** Returns an image whose views have the features {@code first}, {@code first + 1} and so on. */
    private static byte[] views(int first, int views) {
        byte[] pixels = new byte[3 * views];
        for (int view = 0; view < views; view++) {
            pixels[3 * view + 2] = (byte) (first + view);
        }
        return pixels;
    }

    @Test
    void oneViewIsClassifiedByTheModelItself() {
        Classifier model = new FakeModel();

        assertThat(ViewAverage.of(model, 1, 32)).isSameAs(model);
    }

    @Test
    void imageWithTheWrongNumberOfViewsIsABug() {
        assertThatThrownBy(() -> average(5, 8).classify(List.of(new byte[12]), 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an image has 12 bytes instead of those of 5 views of 1 x 1 pixels");
    }

    @Test
    void modelOfTheLeaseStaysOpen() {
        average(2, 8).close();

        assertThat(closed).isFalse();
    }

    private Classifier average(int views, int batchSize) {
        return ViewAverage.of(new FakeModel(), views, batchSize);
    }

    private final class FakeModel implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> images, int height, int width) {
            batches.add(images.size());
            return images.stream().map(this::scores).toList();
        }

        private Scores scores(byte[] rgb) {
            assertThat(rgb).hasSize(3);
            double sum = Math.exp(rgb[0]) + Math.exp(rgb[1]);
            float[] probabilities = {(float) (Math.exp(rgb[0]) / sum), (float) (Math.exp(rgb[1]) / sum)};
            return withLogits
                    ? new Scores(new float[] {rgb[0], rgb[1]}, probabilities, new float[] {rgb[2]})
                    : new Scores(null, probabilities, null);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
