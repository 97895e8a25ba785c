package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef.Problem;
import dev.cardinal.udf.image.Status;
import java.io.Serializable;
import org.apache.hadoop.fs.FileStatus;
import org.jspecify.annotations.Nullable;

/**
 * A file of a source, before it is looked into.
 *
 * @param path fully qualified and unescaped
 * @param length in bytes
 * @param modifiedMillis modification time, in milliseconds since 1970
 * @param truth what a manifest says of its class, or null
 * @param problem why it cannot be read, or null
 * @param isReported whether length and time are what a report says, which may be old
 */
record FileEntry(
        String path,
        long length,
        long modifiedMillis,
        @Nullable String truth,
        @Nullable Problem problem,
        boolean isReported)
        implements Serializable {

    /** The latest time that a table's microseconds can hold, and the earliest without its sign. */
    private static final long MAX_MILLIS = Long.MAX_VALUE / 1000;

    FileEntry {
        length = Math.max(0, length);
        modifiedMillis = Math.max(-MAX_MILLIS, Math.min(MAX_MILLIS, modifiedMillis));
    }

    static FileEntry of(FileStatus status, @Nullable String truth) {
        Problem problem =
                status.getLen() < 0 ? new Problem(Status.UNREADABLE, "its store does not tell its length") : null;
        return new FileEntry(
                status.getPath().toString(), status.getLen(), status.getModificationTime(), truth, problem, false);
    }

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
