package dev.cardinal.udf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loaded model: turns batches of pixels into scores.
 *
 * <p>Whoever loads it closes it; after that it must not be used. Thread-safe: tasks share one. It lives on executors and is
 * never serialized.
 */
public interface Classifier extends AutoCloseable {

    /**
     * Scores images of one size.
     *
     * @param images {@code height x width x 3} bytes each, row by row; at least one
     * @param height rows of every image
     * @param width columns of every image
     * @return one entry an image, in order
     */
    List<Scores> classify(List<byte[]> images, int height, int width);

    @Override
    void close();

    /**
     * What the model says of one image.
     *
     * @param logits [classes], output of the last layer; null where the model does not give it
     * @param probabilities [classes], softmax of the logits
     * @param features [D], pooled output of the last block; null where the model does not give it
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
    record Scores(float @Nullable [] logits, float[] probabilities, float @Nullable [] features) {}
}
