package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageRef;
import java.io.Closeable;
import java.util.Iterator;

/**
 * The images of a shard, in the order in which they lie in it, read as they are asked for.
 *
 * <p>Ends with a reference that has a {@linkplain ImageRef#problem() problem} where the shard cannot be read any further. Throws
 * {@link java.io.UncheckedIOException} if the store fails. Whoever asked for it closes it. Not thread-safe.
 */
public interface ImageIterator extends Iterator<ImageRef>, Closeable {

    /** How many members have been passed over so far because their names begin with a dot. */
    default int hidden() {
        return 0;
    }
}
