package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.DeviceMemoryException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HalvingClassifierTest {
    private static final int EDGE = 4;

    private final List<Integer> batches = new ArrayList<>();
    private int maxPixels = Integer.MAX_VALUE;
    private boolean closed;
    private final Classifier classifier = new HalvingClassifier(new FakeModel(), null);

    @Test
    void batchThatFitsRunsInOneCall() {
        assertThat(classes(classify(10, EDGE))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(batches).containsExactly(10);
    }

    @Test
    void batchIsHalvedUntilItFitsAndLaterBatchesKeepTheLimit() {
        maxPixels = 3 * EDGE * EDGE;

        assertThat(classes(classify(9, EDGE))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(batches).containsExactly(9, 4, 2, 2, 2, 2, 1);
        batches.clear();
        assertThat(classes(classify(3, EDGE))).containsExactly(0, 1, 2);
        assertThat(batches).containsExactly(2, 1);
    }

    @Test
    void smallerImagesRunInLargerBatches() {
        maxPixels = 2 * EDGE * EDGE;
        classify(4, EDGE);
        batches.clear();

        classify(8, EDGE / 2);

        assertThat(batches).containsExactly(8);
    }

    @Test
    void singleImageThatDoesNotFitIsReportedWithAdvice() {
        maxPixels = EDGE * EDGE - 1;

        assertThatThrownBy(() -> classify(2, EDGE))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("out of device memory for a single image of 4 x 4 pixels")
                .hasMessageContaining("--device cpu")
                .hasMessageContaining("allocation failed")
                .hasCauseInstanceOf(DeviceMemoryException.class);
        assertThat(batches).containsExactly(2, 1);
    }

    @Test
    void otherExceptionsAreNotHandled() {
        maxPixels = -1;

        assertThatThrownBy(() -> classify(2, EDGE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void batchOfFixedSizeIsNotHalved() {
        maxPixels = 1;
        Classifier fixed = new HalvingClassifier(new FakeModel(), 32);

        assertThatThrownBy(() -> fixed.classify(List.of(new byte[1], new byte[1]), EDGE, EDGE))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("the batch of 32 images that the model was saved for");
        assertThat(batches).containsExactly(2);
    }

    @Test
    void closesTheModel() {
        classifier.close();

        assertThat(closed).isTrue();
    }

    private List<Scores> classify(int count, int edge) {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            images.add(new byte[] {(byte) i});
        }
        return classifier.classify(images, edge, edge);
    }

    private static List<Integer> classes(List<Scores> scores) {
        return scores.stream().map(score -> (int) score.probabilities()[0]).toList();
    }

    private final class FakeModel implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> images, int height, int width) {
            batches.add(images.size());
            if (maxPixels < 0) {
                throw new IllegalStateException("a bug");
            }
            if (images.size() * height * width > maxPixels) {
                throw new DeviceMemoryException("allocation failed", new IllegalStateException());
            }
            return images.stream()
                    .map(image -> new Scores(null, new float[] {image[0]}, null))
                    .toList();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
