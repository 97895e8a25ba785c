package dev.cardinal.udf.image;

/**
 * An image that is decoded already, as Spark's {@code image} data source gives it.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param layout what a pixel's bytes are
 * @param samples {@code height x width x layout.channels()} bytes, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of pixels, never compared
public record RawImage(int width, int height, Layout layout, byte[] samples) {

    /** What the bytes of a pixel are. */
    public enum Layout {
        /** One grey value. */
        GRAY(1),
        /** Blue, green, red. */
        BGR(3),
        /** Blue, green, red, and opacity, which is dropped as torchvision's image loader does. */
        BGRA(4);

        private final int channels;

        Layout(int channels) {
            this.channels = channels;
        }

        /** Bytes of a pixel. */
        public int channels() {
            return channels;
        }
    }

    public RawImage {
        if (width < 1 || height < 1 || samples.length != (long) width * height * layout.channels()) {
            throw new IllegalArgumentException("%d bytes are not %d x %d pixels of %d bytes"
                    .formatted(samples.length, width, height, layout.channels()));
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
        boolean gray = layout == Layout.GRAY;
        for (int from = 0, to = 0; from < samples.length; from += channels, to += 3) {
            rgb[to] = samples[gray ? from : from + 2];
            rgb[to + 1] = samples[gray ? from : from + 1];
            rgb[to + 2] = samples[from];
        }
    }
}
