package dev.cardinal.udf.image;

/**
 * A decoded image: 8-bit RGB, row by row, in a buffer that grows and is reused for the next image.
 *
 * <p>Not thread-safe.
 */
final class Pixels {

    /**
     * Larger buffers are released after use, so that one panorama does not occupy memory for the rest of the run, and
     * the photographs of all threads do not fill a small heap.
     */
    private static final long LARGEST_KEPT_BYTES =
            Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 64);

    private byte[] rgb = new byte[0];
    private int width;
    private int height;

    /** Stores a color, 0xRRGGBB, in three bytes. */
    static void store(int color, byte[] rgb, int at) {
        rgb[at] = (byte) (color >> 16);
        rgb[at + 1] = (byte) (color >> 8);
        rgb[at + 2] = (byte) color;
    }

    /** Changes the size; the content is undefined afterwards. */
    void reshape(int newWidth, int newHeight) {
        int bytes = Math.multiplyExact(Math.multiplyExact(newWidth, newHeight), 3);
        if (rgb.length < bytes) {
            rgb = new byte[bytes];
        }
        width = newWidth;
        height = newHeight;
    }

    /** Releases the buffer if it is unusually large. */
    void trim() {
        if (rgb.length > LARGEST_KEPT_BYTES) {
            release();
        }
    }

    /** Releases the buffer. */
    void release() {
        rgb = new byte[0];
        width = 0;
        height = 0;
    }

    /** Returns the buffer itself, at least {@code size()} bytes long. */
    byte[] rgb() {
        return rgb;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Returns the number of bytes in use: {@code height x width x 3}. */
    int size() {
        return height * width * 3;
    }
}
