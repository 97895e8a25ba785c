package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.Serializable;

/**
 * A file that holds images, as a listing found it.
 *
 * @param path fully qualified and unescaped
 * @param length in bytes
 * @param modifiedMillis modification time, in milliseconds since 1970
 */
public record ShardFile(String path, long length, long modifiedMillis) implements Serializable {

    public ShardFile {
        if (length < 0) {
            throw new IllegalArgumentException("length is negative: " + length);
        }
    }

    /** The row that says why the file, or the rest of it, cannot be read. */
    ImageRef problem(Status status, String error) {
        return ImageRef.problem(path, length, modifiedMillis, new ImageRef.Problem(status, error));
    }
}
