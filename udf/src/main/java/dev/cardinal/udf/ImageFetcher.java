package dev.cardinal.udf;

import dev.cardinal.udf.store.StoreFailure;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the encoded bytes of images.
 *
 * <p>May keep a file open between images that follow each other in it; whoever makes it closes it. Lives in one task on an
 * executor; not thread-safe.
 */
public interface ImageFetcher extends AutoCloseable {

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
        public static Fetched of(byte[] encoded) {
            return new Fetched(encoded, null, null, List.of());
        }
    }

    /** The bytes of an image are not to be had: it is gone, or reading it is not permitted. */
    final class UnreadableImageException extends IOException {
        private static final long serialVersionUID = 1L;

        public UnreadableImageException(String message, Throwable cause) {
            super(message, cause);
        }

        /**
         * What a store's failure means for what was asked of it.
         *
         * @return this exception where asking again cannot help, else the failure itself
         */
        public static IOException of(IOException failure) {
            String why = String.valueOf(failure.getMessage());
            return switch (StoreFailure.of(failure)) {
                case LOST -> new UnreadableImageException("no copy of a part of it is to be had: " + why, failure);
                case GONE -> new UnreadableImageException("gone or not permitted: " + why, failure);
                case FORBIDDEN -> new UnreadableImageException("not permitted: " + why, failure);
                case PERMANENT ->
                    failure instanceof UnsupportedFileSystemException
                            ? failure
                            : new UnreadableImageException("the store does not give it: " + why, failure);
                default -> failure;
            };
        }

        /** What a local disk's failure means; Hadoop makes it an error. */
        public static UnreadableImageException of(FSError failure) {
            return new UnreadableImageException("the local disk cannot read it: " + failure.getMessage(), failure);
        }
    }

    /** The bytes of an image cannot be taken from the container that holds them; the message says what is broken where. */
    final class DamagedRecordException extends IOException {
        private static final long serialVersionUID = 1L;

        public DamagedRecordException(String message) {
            super(message);
        }
    }
}
