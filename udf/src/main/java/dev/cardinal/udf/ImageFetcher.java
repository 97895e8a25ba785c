package dev.cardinal.udf;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the encoded bytes of images.
 *
 * <p>May keep a file open between images that follow each other in it; whoever makes it closes it. Lives in one task on an
 * executor; not thread-safe.
 */
interface ImageFetcher extends AutoCloseable {

    /**
     * The encoded bytes of an image, the first {@code limit} of them where there are more, with what lies beside them.
     *
     * @throws UnreadableImageException if they are not to be had, now or later
     * @throws DamagedRecordException if the container is broken here
     * @throws IOException if the store fails; the task fails with it and is tried again
     */
    Fetched fetch(ImageRef image, int limit) throws IOException;

    @Override
    void close() throws IOException;

    /**
     * What was read of an image.
     *
     * @param encoded its bytes
     * @param key the source's name for it, or null where it has none or the reference has it
     * @param truth the source's text for its class, or null where it has none or the reference has it
     * @param kept values of the columns to keep, in their order
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Fetched(
            byte[] encoded, @Nullable String key, @Nullable String truth, List<@Nullable Object> kept) {

        /** Bytes alone. */
        static Fetched of(byte[] encoded) {
            return new Fetched(encoded, null, null, List.of());
        }
    }

    /** The bytes of an image are not to be had: it is gone, or reading it is not permitted. */
    final class UnreadableImageException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableImageException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The bytes of an image cannot be taken from the container that holds them; the message says what is broken where. */
    final class DamagedRecordException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedRecordException(String message) {
            super(message);
        }
    }
}
