package dev.cardinal.udf;

import java.io.IOException;

/** Reads the encoded bytes of images. Lives in one task on an executor; not thread-safe. */
interface ImageFetcher {

    /**
     * The encoded bytes of an image, the first {@code limit} of them where there are more.
     *
     * @throws UnreadableImageException if they are not to be had, now or later
     * @throws IOException if the store fails; the task fails with it and is tried again
     */
    byte[] fetch(ImageRef image, int limit) throws IOException;

    /** The bytes of an image are not to be had: it is gone, or reading it is not permitted. */
    final class UnreadableImageException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableImageException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
