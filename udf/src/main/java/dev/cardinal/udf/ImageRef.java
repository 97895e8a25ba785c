package dev.cardinal.udf;

import dev.cardinal.udf.image.Status;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An image that is to be labelled: where its bytes lie and what is known of it without reading them.
 *
 * @param path identity of its row: the fully qualified, unescaped path, for a member of an archive with {@code !/} and its name
 * @param location where its bytes lie
 * @param length encoded size in bytes; where the container tells it only once it is read, about that size
 * @param modifiedMillis modification time of its file, in milliseconds since 1970
 * @param key the source's name for it, or null
 * @param truth the source's text for its class, or null
 * @param problem why there is nothing to read, as for a damaged archive; null where there is
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
     * Where an image's bytes lie.
     *
     * @param file fully qualified, unescaped path of the file that holds them
     * @param container what kind of file that is
     * @param position where in it they begin, as the container says
     */
    public record Location(String file, Container container, long position) implements Serializable {
        private static final long REPORTED = -1;

        /** A file of its own. */
        public static Location file(String path) {
            return new Location(path, Container.FILE, 0);
        }

        /** A file of its own whose length is what a report says: it may have another by now. */
        public static Location reported(String path) {
            return new Location(path, Container.FILE, REPORTED);
        }

        /** Whether the image's length may be out of date. */
        public boolean isReported() {
            return position == REPORTED;
        }
    }

    /**
     * Why there is nothing to read.
     *
     * @param status of the row
     * @param error its error, one line
     */
    public record Problem(Status status, String error) implements Serializable {}

    /** An image that is a file of its own. */
    public static ImageRef file(String path, long length, long modifiedMillis, @Nullable String truth) {
        return new ImageRef(path, Location.file(path), length, modifiedMillis, null, truth, null);
    }

    /** A file that holds no image that could be read, but has a row. */
    public static ImageRef problem(String path, long length, long modifiedMillis, Problem problem) {
        return new ImageRef(path, Location.file(path), length, modifiedMillis, null, null, problem);
    }

    /** The same image with another text for its class. */
    public ImageRef withTruth(@Nullable String other) {
        return new ImageRef(path, location, length, modifiedMillis, key, other, problem);
    }
}
