package dev.cardinal.udf.bundle;

import org.apache.spark.SparkEnv;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.memory.MemoryMode;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BroadcastBlockId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.reflect.ClassTag;

/**
 * Moves the blocks of a broadcast from the heap to disk. Spark keeps the value and its serialized pieces in memory up
 * to 0.6 of the heap, and moves them to disk only when Spark itself needs the memory, so a model's chunks would leave
 * less memory for images. Spark has no public API for this, so the class calls the internal {@code BlockManager}.
 *
 * <p>Stateless and thread-safe. Lives on drivers and executors.
 */
final class BroadcastBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(BroadcastBlocks.class);

    private BroadcastBlocks() {}

    /** Reads the value of a broadcast from a copy of it, because a broadcast caches its value when read. */
    static <T> T valueOf(Broadcast<T> broadcast) {
        SerializerInstance serializer = SparkEnv.get().closureSerializer().newInstance();
        ClassTag<Broadcast<T>> type = ClassTag.apply(Broadcast.class);
        return serializer
                .<Broadcast<T>>deserialize(serializer.serialize(broadcast, type), type)
                .value();
    }

    /**
     * Removes the value of a broadcast from this process; its pieces can restore it. Then moves as many bytes of stored
     * blocks to disk, the least recently used first. Executors that request pieces get them from disk. A block that
     * other code has cached only in memory, and used less recently, is dropped and computed again.
     *
     * <p>Synchronized because Spark reports an error if two threads remove the same block.
     *
     * @param bytes size of the value
     */
    static synchronized void toDisk(long broadcast, long bytes) {
        try {
            BlockManager blocks = SparkEnv.get().blockManager();
            blocks.removeBlock(new BroadcastBlockId(broadcast, ""), false);
            blocks.memoryStore().evictBlocksToFreeSpace(Option.empty(), bytes, MemoryMode.ON_HEAP);
        } catch (LinkageError e) { // an internal API of Spark, which another version may not have
            LOG.debug("broadcast {} stays in memory", broadcast, e);
        }
    }
}
