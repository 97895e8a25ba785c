package dev.cardinal.udf.fetch;

import dev.cardinal.udf.image.Status;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An image to be labeled: the location of its bytes, and what is known about it without reading them.
 *
 * @param path identity of its row: the fully qualified, unescaped path; for a member of an archive, {@code !/} and its
 *     name are appended
 * @param location where its bytes are
 * @param length encoded size in bytes; an estimate if the container gives the size only when the image is read
 * @param modifiedMillis modification time of its file, in milliseconds since 1970
 * @param key the source's name for it, or null
 * @param truth the source's text for its class, or null
 * @param problem why there is nothing to read, such as a corrupt archive; null if there is something to read
 */
public record ImageRef(
        String path,
        Location location,
        long length,
        long modifiedMillis,
        @Nullable String key,
        @Nullable String truth,
        @Nullable Problem problem)
        implements Serializable {

    /**
     * The location of an image's bytes.
     *
     * @param file fully qualified, unescaped path of the file that contains them
     * @param container the kind of that file
     * @param position where they begin in the file; {@link ImageContainer} says what it means
     */
    public record Location(String file, ImageContainer container, long position) implements Serializable {
        private static final long REPORTED = -1;

        /** Returns the location of an image that is a file of its own. */
        public static Location file(String path) {
            return new Location(path, ImageContainer.FILE, 0);
        }

        /** Returns the location of a file of its own whose length comes from a report, and may have changed since. */
        public static Location reported(String path) {
            return new Location(path, ImageContainer.FILE, REPORTED);
        }

        /** Returns whether the image's length may be out of date. */
        public boolean isReported() {
            return position == REPORTED;
        }
    }

    /**
     * The reason why there is nothing to read.
     *
     * @param status status of the row
     * @param error error of the row, one line
     */
    public record Problem(Status status, String error) implements Serializable {}

    /** Returns a reference to an image that is a file of its own. */
    public static ImageRef file(String path, long length, long modifiedMillis, @Nullable String truth) {
        return new ImageRef(path, Location.file(path), length, modifiedMillis, null, truth, null);
    }

    /** Returns a reference to a file that cannot be read, for its row. */
    public static ImageRef problem(String path, long length, long modifiedMillis, Problem problem) {
        return new ImageRef(path, Location.file(path), length, modifiedMillis, null, null, problem);
    }

    /** Returns the same reference with another text for the class. */
    public ImageRef withTruth(@Nullable String other) {
        return new ImageRef(path, location, length, modifiedMillis, key, other, problem);
    }
}
