package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.zoo.card.Preprocessing;
import java.util.List;

/** Prepares images for a model. */
final class ModelInput {
    /**
     * Maximum pixels of an image for a model without a crop. Such a model receives images in their own size, and its activations
     * grow with them, to about a gigabyte at this size.
     */
    static final long MAX_UNCROPPED_PIXELS = 1 << 20;

    private static final int CHANNELS = 3;

    private ModelInput() {}

    /** Returns the maximum pixel bytes of one image that is ready for a model with this preprocessing. */
    static long pixelBytes(Preprocessing preprocessing) {
        Integer crop = preprocessing.crop();
        return CHANNELS * (crop == null ? MAX_UNCROPPED_PIXELS : (long) crop * crop);
    }

    /** Returns a preparer for a model with this preprocessing; the caller closes it. */
    static ImagePreparer preparer(Preprocessing preprocessing, ImageOptions options) {
        return preparer(List.of(preprocessing), options, ImageHash.NONE);
    }

    /** Returns a preparer for several models; the caller closes it. */
    static ImagePreparer preparer(List<Preprocessing> preprocessings, ImageOptions options, ImageHash hash) {
        return ImagePreparer.create(
                preprocessings,
                preprocessings.stream()
                        .map(each -> each.crop() == null ? options.atMost(MAX_UNCROPPED_PIXELS) : options)
                        .toList(),
                hash);
    }
}
