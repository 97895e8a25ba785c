package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing.Interpolation;

/** Scales an image and crops a window from it, in one step. Not thread-safe. */
interface Resampler {

    /** Returns the resampler for a card's interpolation; an image that already has the resized size is only cropped. */
    static Resampler create(Interpolation interpolation) {
        Resampler scaling = interpolation == Interpolation.TORCH7_BICUBIC
                ? new Torch7Resampler()
                : new PillowResampler(PillowFilter.of(interpolation));
        return (source, geometry, output) -> {
            if (geometry.keepsSize(source.width(), source.height())) {
                crop(source, geometry, output);
            } else {
                scaling.resample(source, geometry, output);
            }
        };
    }

    /**
     * Writes the visible window of the scaled image.
     *
     * @param output {@code height x width x 3} bytes of the geometry's output size, initially of the border's
     *     color, which stays where nothing is written
     */
    void resample(Pixels source, Geometry geometry, byte[] output);

    private static void crop(Pixels source, Geometry geometry, byte[] output) {
        for (int y = 0; y < geometry.visible().height(); y++) {
            int from = ((geometry.top() + y) * source.width() + geometry.left()) * 3;
            int to = ((geometry.padTop() + y) * geometry.output().width() + geometry.padLeft()) * 3;
            System.arraycopy(source.rgb(), from, output, to, geometry.visible().width() * 3);
        }
    }
}
