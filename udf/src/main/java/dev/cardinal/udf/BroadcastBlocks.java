package dev.cardinal.udf;

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
 * Gets what Spark keeps of a broadcast out of the heap. It stores the value and its serialized pieces in memory for as long as
 * there is room, up to 0.6 of the heap, and moves them to disk only when Spark itself wants the room; a model's chunks would
 * take it from the images. Stateless and thread-safe; on drivers and executors.
 */
final class BroadcastBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(BroadcastBlocks.class);

    private BroadcastBlocks() {}

    /** The value of a broadcast, asked of a copy of it, since one that has been asked keeps its value for as long as it can. */
    static <T> T valueOf(Broadcast<T> broadcast) {
        SerializerInstance serializer = SparkEnv.get().closureSerializer().newInstance();
        ClassTag<Broadcast<T>> type = ClassTag.apply(Broadcast.class);
        return serializer
                .<Broadcast<T>>deserialize(serializer.serialize(broadcast, type), type)
                .value();
    }

    /**
     * Forgets the value of a broadcast in this process, which its pieces can give again, and moves as many bytes of stored blocks
     * to disk as it has, the least recently used first. Executors that ask for pieces get them from there. What others have cached in
     * memory only, and not used for longer, is dropped and computed again. One at a time: to Spark it is an error if two remove a block.
     *
     * @param bytes of the value
     */
    static synchronized void toDisk(long broadcast, long bytes) {
        try {
            BlockManager blocks = SparkEnv.get().blockManager();
            blocks.removeBlock(new BroadcastBlockId(broadcast, ""), false);
            blocks.memoryStore().evictBlocksToFreeSpace(Option.empty(), bytes, MemoryMode.ON_HEAP);
        } catch (LinkageError e) { // Spark's own interface, which another version of Spark may not have
            LOG.debug("broadcast {} stays in memory", broadcast, e);
        }
    }
}
