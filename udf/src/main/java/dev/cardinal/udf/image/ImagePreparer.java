package dev.cardinal.udf.image;

import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.Preprocessing.Interpolation;

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
        return new DecodingPreparer(
                (width, height) -> Geometry.of(preprocessing, width, height),
                preprocessing.interpolation(),
                options,
                DecodeMemory.ofProcess());
    }

    /**
     * A preparer for one thread that makes pictures to look at: whole, in their own proportions, none larger than it was.
     *
     * @param edge pixels of the longer edge, at most
     */
    static ImagePreparer thumbnails(int edge, ImageOptions options) {
        return new DecodingPreparer(
                (width, height) -> Geometry.within(edge, width, height),
                Interpolation.PILLOW_BILINEAR,
                options,
                DecodeMemory.ofProcess());
    }

    /**
     * Prepares one image; whatever the bytes hold, this returns. It waits while the images that are being decoded in this process
     * leave too little memory for this one.
     *
     * @param encoded the file's bytes
     */
    Preparation prepare(byte[] encoded);

    /** Prepares an image that is decoded already: resizes and crops it. Waits for memory as well. */
    Preparation prepare(RawImage image);

    @Override
    void close();
}
