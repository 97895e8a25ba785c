package dev.cardinal.udf.image;

import java.util.Locale;

/**
 * An image that is already decoded, as from Spark's {@code image} data source.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param layout meaning of a pixel's bytes
 * @param samples {@code height x width x layout.channels()} bytes, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of pixels, never compared
public record RawImage(int width, int height, PixelLayout layout, byte[] samples) {

    /** The meaning of the bytes of a pixel. */
    public enum PixelLayout {
        /** One gray value. */
        GRAY(1),
        /** Blue, green, red. */
        BGR(3),
        /** Blue, green, red and opacity; the opacity is dropped, as in torchvision's image loader. */
        BGRA(4);

        private final int channels;

        PixelLayout(int channels) {
            this.channels = channels;
        }

        /** Returns the number of bytes per pixel. */
        public int channels() {
            return channels;
        }
    }

    public RawImage {
        if (width < 1 || height < 1 || samples.length != (long) width * height * layout.channels()) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%d bytes are not %d x %d pixels of %d bytes",
                    samples.length,
                    width,
                    height,
                    layout.channels()));
        }
    }

    long pixels() {
        return (long) width * height;
    }

    /** Writes the pixels as RGB. */
    void copyTo(Pixels target) {
        target.reshape(width, height);
        byte[] rgb = target.rgb();
        int channels = layout.channels();
        boolean gray = layout == PixelLayout.GRAY;
        for (int from = 0, to = 0; from < samples.length; from += channels, to += 3) {
            rgb[to] = samples[gray ? from : from + 2];
            rgb[to + 1] = samples[gray ? from : from + 1];
            rgb[to + 2] = samples[from];
        }
    }
}
