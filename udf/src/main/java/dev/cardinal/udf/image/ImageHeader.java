package dev.cardinal.udf.image;

import java.util.Locale;

/**
 * The properties in a file's header, which are known before any pixel is decoded.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param channels samples per pixel, as stored
 * @param bits bits per sample, as stored
 */
record ImageHeader(int width, int height, int channels, int bits) {

    /** Returns a header, after checking its sizes. */
    static ImageHeader of(long width, long height, int channels, int bits) throws BadImageException {
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new BadImageException(
                    String.format(Locale.ROOT, "invalid image size %d x %d in the header", width, height));
        }
        return new ImageHeader((int) width, (int) height, channels, bits);
    }

    long pixels() {
        return (long) width * height;
    }
}
