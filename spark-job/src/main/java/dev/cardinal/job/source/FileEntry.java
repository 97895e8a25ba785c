package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef.Problem;
import dev.cardinal.udf.image.Status;
import java.io.Serializable;
import org.apache.hadoop.fs.FileStatus;
import org.jspecify.annotations.Nullable;

/**
 * A file of a source, before it is opened.
 *
 * @param path fully qualified and unescaped
 * @param length in bytes
 * @param modifiedMillis modification time, in milliseconds since 1970
 * @param truth text of its class in a manifest, or null
 * @param problem why it cannot be read, or null
 * @param isReported true if length and time come from a report, which may be out of date
 */
record FileEntry(
        String path,
        long length,
        long modifiedMillis,
        @Nullable String truth,
        @Nullable Problem problem,
        boolean isReported)
        implements Serializable {

    /** Latest time that a table's microseconds can represent; its negation is the earliest. */
    private static final long MAX_MILLIS = Long.MAX_VALUE / 1000;

    FileEntry {
        length = Math.max(0, length);
        modifiedMillis = Math.max(-MAX_MILLIS, Math.min(MAX_MILLIS, modifiedMillis));
    }

    static FileEntry of(FileStatus status, @Nullable String truth) {
        Problem problem = status.getLen() < 0
                ? new Problem(Status.UNREADABLE, "the store does not report the file's length")
                : null;
        return new FileEntry(
                status.getPath().toString(), status.getLen(), status.getModificationTime(), truth, problem, false);
    }

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
