package dev.cardinal.udf.image;

import dev.cardinal.zoo.Preprocessing;

/**
 * Turns encoded images into the pixels a model was trained on: decode, resize, crop.
 *
 * <p>Whoever creates one closes it. Not thread-safe, since it reuses its buffers from one image to the next: one for each
 * thread, on an executor. Not serializable.
 */
public interface ImagePreparer extends AutoCloseable {

    /**
     * A preparer for one thread.
     *
     * @param preprocessing the card's; its mean and std are the model's business, since they are part of its graph
     */
    static ImagePreparer create(Preprocessing preprocessing, ImageOptions options) {
        return new DecodingPreparer(preprocessing, options, DecodeMemory.ofProcess());
    }

    /**
     * Prepares one image; whatever the bytes hold, this returns. It waits while the images that are being decoded in this process
     * leave too little memory for this one.
     *
     * @param encoded the file's bytes
     */
    Preparation prepare(byte[] encoded);

    @Override
    void close();
}
