package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.Serializable;

/**
 * A file that contains images, as found by a listing.
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

    /** Returns the reference for a row that says why the file, or the rest of it, cannot be read. */
    ImageRef problem(Status status, String error) {
        return ImageRef.problem(path, length, modifiedMillis, new ImageRef.Problem(status, error));
    }
}
