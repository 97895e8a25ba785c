package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pixels that a model needs of a decoded image. Not thread-safe, because a renderer reuses its buffers.
 *
 * @param rule what is scaled and cropped
 * @param renderer scales, and renders the views
 * @param maxPixels images with more pixels are too large
 */
record PixelTarget(Geometry.Rule rule, ViewRenderer renderer, long maxPixels) {
    /** Pixels of the longest RGB array that the JVM can allocate. */
    private static final long MAX_ARRAY_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    PixelTarget {
        maxPixels = Math.min(maxPixels, MAX_ARRAY_PIXELS);
    }

    /** The properties that determine the pixels; mean and std are not among them, because they are part of the model's graph. */
    private record PixelKey(Preprocessing withoutColors, PixelColor border, long maxPixels) {
        static PixelKey of(Preprocessing preprocessing, ImageOptions options) {
            return new PixelKey(
                    new Preprocessing(
                            preprocessing.resize(),
                            preprocessing.crop(),
                            preprocessing.interpolation(),
                            preprocessing.cropRounding(),
                            Collections.nCopies(3, 0.0),
                            Collections.nCopies(3, 1.0),
                            preprocessing.cropMode()),
                    PixelColor.border(preprocessing),
                    options.maxPixels());
        }
    }

    /** Returns a target for each model; models that need equal pixels have the same one. */
    static List<PixelTarget> of(List<Preprocessing> preprocessings, List<ImageOptions> options) {
        Map<PixelKey, PixelTarget> distinct = new HashMap<>();
        List<PixelTarget> targets = new ArrayList<>();
        for (int model = 0; model < preprocessings.size(); model++) {
            Preprocessing preprocessing = preprocessings.get(model);
            ImageOptions limits = options.get(model);
            targets.add(distinct.computeIfAbsent(
                    PixelKey.of(preprocessing, limits),
                    key -> new PixelTarget(
                            (width, height) -> Geometry.of(preprocessing, width, height),
                            new ViewRenderer(limits.views(), preprocessing.interpolation(), key.border()),
                            key.maxPixels())));
        }
        return targets;
    }
}
