package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.SkipReason;
import java.io.Closeable;
import java.util.Iterator;
import java.util.Map;

/**
 * Iterates lazily over the images of a shard, in the order of the shard.
 *
 * <p>If the shard cannot be read to its end, the last reference has a {@linkplain ImageRef#problem() problem}. Throws
 * {@link java.io.UncheckedIOException} if the store fails. Closed by the caller that requested it. Not thread-safe.
 */
public interface ImageIterator extends Iterator<ImageRef>, Closeable {

    /** Returns the numbers of members that have been skipped so far. */
    default Map<SkipReason, Long> skipped() {
        return Map.of();
    }
}
