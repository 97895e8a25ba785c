package dev.cardinal.udf.image;

/**
 * A decoded image: 8-bit RGB, row by row, in a buffer that grows and is used again for the next image.
 *
 * <p>Not thread-safe.
 */
final class Pixels {

    /**
     * Buffers above this are not kept, so that one panorama does not hold memory for the rest of the run, nor do the photographs
     * of every thread in a small heap.
     */
    private static final long LARGEST_KEPT_BYTES =
            Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 64);

    private byte[] rgb = new byte[0];
    private int width;
    private int height;

    /** Makes room for an image of that size; its content is then undefined. */
    void reshape(int newWidth, int newHeight) {
        int bytes = Math.multiplyExact(Math.multiplyExact(newWidth, newHeight), 3);
        if (rgb.length < bytes) {
            rgb = new byte[bytes];
        }
        width = newWidth;
        height = newHeight;
    }

    /** Lets go of an unusually large buffer. */
    void trim() {
        if (rgb.length > LARGEST_KEPT_BYTES) {
            release();
        }
    }

    /** Lets go of the buffer. */
    void release() {
        rgb = new byte[0];
        width = 0;
        height = 0;
    }

    /** The buffer itself, at least {@code size()} long. */
    byte[] rgb() {
        return rgb;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Bytes in use: {@code height x width x 3}. */
    int size() {
        return height * width * 3;
    }
}
