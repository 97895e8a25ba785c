package dev.cardinal.job.source;

import dev.cardinal.udf.ImageRef.Problem;
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
 */
record FileEntry(
        String path,
        long length,
        long modifiedMillis,
        @Nullable String truth,
        @Nullable Problem problem) implements Serializable {

    /** The latest time that a table's microseconds can hold, and the earliest without its sign. */
    private static final long MAX_MILLIS = Long.MAX_VALUE / 1000;

    FileEntry {
        modifiedMillis = Math.max(-MAX_MILLIS, Math.min(MAX_MILLIS, modifiedMillis));
    }

    static FileEntry of(FileStatus status, @Nullable String truth) {
        return new FileEntry(status.getPath().toString(), status.getLen(), status.getModificationTime(), truth, null);
    }

    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
