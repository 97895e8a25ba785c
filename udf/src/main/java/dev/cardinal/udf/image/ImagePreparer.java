package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.EnumWord;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.List;

/**
 * Turns encoded images into the pixels a model was trained on: decode, resize, crop.
 *
 * <p>Closed by its creator. Not thread-safe, because it reuses its buffers from one image to the next: each thread has
 * its own. Lives on an executor. Not serializable.
 */
public interface ImagePreparer extends AutoCloseable {

    /**
     * Checks that images can be prepared with these options.
     *
     * @throws CardinalException if the options ask for several crops, and the preprocessing has no crop
     */
    static void check(Preprocessing preprocessing, ImageOptions options) {
        Views views = options.views();
        if (preprocessing.crop() == null && (views == Views.FIVE_CROP || views == Views.TEN_CROP)) {
            throw CardinalException.usage("--views " + EnumWord.of(views)
                    + " needs a model with a crop, and this model takes the whole image: use flip or one");
        }
    }

    /**
     * Returns a preparer for one thread.
     *
     * @param preprocessing the card's preprocessing; its mean and std are not used here, because they are part of the
     *     model's graph
     */
    static ImagePreparer create(Preprocessing preprocessing, ImageOptions options) {
        return create(List.of(preprocessing), List.of(options), ImageHash.NONE);
    }

    /**
     * Returns a preparer for one thread that decodes an image once and prepares it for several models.
     *
     * @param preprocessings the preprocessing of each model
     * @param options the options for each model; they may differ only in the maximum number of pixels
     * @param hash hash of each image
     */
    static ImagePreparer create(List<Preprocessing> preprocessings, List<ImageOptions> options, ImageHash hash) {
        return new DecodingPreparer(
                PixelTarget.of(preprocessings, options), options.get(0), hash, DecodeMemory.ofProcess());
    }

    /**
     * Returns a preparer for one thread that makes thumbnails for people: of the whole image, in its proportions, never
     * enlarged.
     *
     * @param edge maximum length of the longer edge, in pixels
     */
    static ImagePreparer thumbnails(int edge, ImageOptions options) {
        return new DecodingPreparer(
                (width, height) -> Geometry.within(edge, width, height),
                Interpolation.PILLOW_BILINEAR,
                PixelColor.BLACK,
                options,
                DecodeMemory.ofProcess());
    }

    /**
     * Returns a preparer for one thread that scales the whole image until its shorter edge has the given length, as torchvision's
     * {@code Resize} does with Pillow's bilinear filter. A smaller image keeps its size.
     *
     * @param edge maximum length of the shorter edge, in pixels
     */
    static ImagePreparer shorterEdge(int edge, ImageOptions options) {
        return new DecodingPreparer(
                (width, height) -> Geometry.shorterEdge(edge, width, height),
                Interpolation.PILLOW_BILINEAR,
                PixelColor.BLACK,
                options,
                DecodeMemory.ofProcess());
    }

    /**
     * Prepares one image; always returns, whatever the bytes contain. Waits while the images that are being decoded in
     * this process leave too little memory for this one.
     *
     * @param encoded the file's bytes
     */
    Preparation prepare(byte[] encoded);

    /**
     * Prepares one image for each of the models, in their order, as {@link #prepare(byte[])} does for the first. Models with
     * equal preprocessing get the same pixels, which nobody may change.
     *
     * @param encoded the file's bytes
     */
    default List<Preparation> prepareForEach(byte[] encoded) {
        return List.of(prepare(encoded));
    }

    /** Prepares an image that is already decoded for the first model: resizes and crops it. Waits for memory too. */
    Preparation prepare(RawImage image);

    @Override
    void close();
}
