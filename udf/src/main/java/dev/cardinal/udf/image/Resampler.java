package dev.cardinal.udf.image;

import dev.cardinal.zoo.Preprocessing.Interpolation;

/** Scales an image and cuts a window from it, in one step. Not thread-safe. */
interface Resampler {

    /** The filter of a card; an image that has the wanted size already is only cropped. */
    static Resampler create(Interpolation interpolation) {
        Resampler scaling =
                switch (interpolation) {
                    case PILLOW_BILINEAR -> new BilinearResampler();
                    case TORCH7_BICUBIC -> new BicubicResampler();
                };
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
     * @param output {@code height x width x 3} bytes of the geometry's output size, zero where nothing is to be written
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
