package dev.cardinal.udf;

import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.zoo.Preprocessing;

/** How images are made ready for a model. */
final class ModelInput {
    /**
     * Pixels of the largest image that a model without a crop takes: it sees images as they are, and its activations grow with
     * them, to about a gigabyte at this size.
     */
    static final long MAX_UNCROPPED_PIXELS = 1 << 20;

    private static final int CHANNELS = 3;

    private ModelInput() {}

    /** Bytes of pixels of one image that is ready for a model with this preprocessing, at most. */
    static long pixelBytes(Preprocessing preprocessing) {
        Integer crop = preprocessing.crop();
        return CHANNELS * (crop == null ? MAX_UNCROPPED_PIXELS : (long) crop * crop);
    }

    /** A preparer for the images of a model with this preprocessing; the caller closes it. */
    static ImagePreparer preparer(Preprocessing preprocessing, ImageOptions options) {
        long maxPixels = preprocessing.crop() == null
                ? Math.min(options.maxPixels(), MAX_UNCROPPED_PIXELS)
                : options.maxPixels();
        return ImagePreparer.create(preprocessing, new ImageOptions(maxPixels, options.exifOrientation()));
    }
}
