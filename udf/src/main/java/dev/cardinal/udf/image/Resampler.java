package dev.cardinal.udf.image;

/** Scales an image and cuts a window from it, in one step. Not thread-safe. */
interface Resampler {

    /**
     * Writes the visible window of the scaled image.
     *
     * @param output {@code height x width x 3} bytes of the geometry's output size, zero where nothing is to be written
     */
    void resample(Pixels source, Geometry geometry, byte[] output);
}
