package dev.cardinal.udf.fetch;

import dev.cardinal.udf.fs.FailureKind;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the encoded bytes of images.
 *
 * <p>May keep a file open between consecutive images of it. Closed by its creator. Not thread-safe unless the
 * implementation says so. Lives in one task on an executor.
 */
public interface ImageFetcher extends AutoCloseable {

    /**
     * Reads the encoded bytes of an image, at most the first {@code limit}, with the values stored with them.
     *
     * @throws UnreadableImageException if they are unavailable, and another attempt would not help
     * @throws CorruptRecordException if the container is corrupt at this image
     * @throws IOException if the store fails; the task fails with it and is retried
     */
    Fetched fetch(ImageRef image, int limit) throws IOException;

    @Override
    void close() throws IOException;

    /**
     * The result of reading an image.
     *
     * @param encoded its encoded bytes
     * @param key the source's name for it; null if there is none, or if the reference has it
     * @param truth the source's text for its class; null if there is none, or if the reference has it
     * @param kept values of the columns to keep, in the order of the columns
     * @param problem why there are no bytes, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Fetched(
            byte[] encoded,
            @Nullable String key,
            @Nullable String truth,
            List<@Nullable Object> kept,
            ImageRef.@Nullable Problem problem) {

        public Fetched(byte[] encoded, @Nullable String key, @Nullable String truth, List<@Nullable Object> kept) {
            this(encoded, key, truth, kept, null);
        }

        /** Returns the bytes without any other values. */
        public static Fetched of(byte[] encoded) {
            return new Fetched(encoded, null, null, List.of());
        }
    }

    /** The bytes of an image are unavailable: it is gone, or reading it is not permitted. */
    final class UnreadableImageException extends IOException {
        private static final long serialVersionUID = 1L;

        public UnreadableImageException(String message) {
            super(message);
        }

        public UnreadableImageException(String message, Throwable cause) {
            super(message, cause);
        }

        /**
         * Converts a store's failure.
         *
         * @return this exception if another attempt cannot help, else the failure itself
         */
        public static IOException of(IOException failure) {
            String why = String.valueOf(failure.getMessage());
            return switch (FailureKind.of(failure)) {
                case LOST -> new UnreadableImageException("no copy of one of its blocks is available: " + why, failure);
                case GONE -> new UnreadableImageException("not found or not permitted: " + why, failure);
                case FORBIDDEN -> new UnreadableImageException("not permitted: " + why, failure);
                case PERMANENT ->
                    failure instanceof UnsupportedFileSystemException
                            ? failure
                            : new UnreadableImageException("the store refuses to return it: " + why, failure);
                default -> failure;
            };
        }

        /** Converts a failure of the local disk, which Hadoop reports as an {@link Error}. */
        public static UnreadableImageException of(FSError failure) {
            return new UnreadableImageException("the local disk cannot read it: " + failure.getMessage(), failure);
        }
    }

    /** The container is corrupt, so that an image cannot be read; the message says what is corrupt, and where. */
    final class CorruptRecordException extends IOException {
        private static final long serialVersionUID = 1L;

        public CorruptRecordException(String message) {
            super(message);
        }
    }
}
