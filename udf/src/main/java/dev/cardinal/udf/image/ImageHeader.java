package dev.cardinal.udf.image;

/**
 * What a file says of itself before any pixel is decoded.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param channels samples of each pixel, as stored
 * @param bits of each sample, as stored
 */
record ImageHeader(int width, int height, int channels, int bits) {

    /** A header whose sizes may be nonsense. */
    static ImageHeader of(long width, long height, int channels, int bits) throws BadImageException {
        if (width < 1 || height < 1 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
            throw new BadImageException("the header says %d x %d pixels".formatted(width, height));
        }
        return new ImageHeader((int) width, (int) height, channels, bits);
    }

    long pixels() {
        return (long) width * height;
    }
}
