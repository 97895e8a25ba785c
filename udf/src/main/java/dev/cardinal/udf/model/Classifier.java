package dev.cardinal.udf.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model that computes scores for batches of images.
 *
 * <p>The code that loads it closes it and must not use it after that. Thread-safe: tasks share one. Lives on executors;
 * never serialized.
 */
public interface Classifier extends AutoCloseable {

    /**
     * Computes scores for images of the same size.
     *
     * @param images at least one image of {@code height x width x 3} bytes, row by row
     * @param height rows of every image
     * @param width columns of every image
     * @return one entry per image, in the same order
     */
    List<Scores> classify(List<byte[]> images, int height, int width);

    @Override
    void close();

    /**
     * The model's outputs for one image.
     *
     * @param logits [classes], output of the last layer; null if the model does not return it
     * @param probabilities [classes], softmax of the logits
     * @param features [D], pooled output of the last block; null if the model does not return it
     */
    @SuppressWarnings("ArrayRecordComponent") // only carries numbers, never compared
    record Scores(float @Nullable [] logits, float[] probabilities, float @Nullable [] features) {}
}
