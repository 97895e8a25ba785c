package dev.cardinal.job.export;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partitioner;

/**
 * The place of a sample in the shuffled order: samples of a shard are sorted by it. Serialized in Spark's shuffle.
 *
 * @param partition index of the shard among those to write
 * @param order pseudo-random number
 * @param path path of the image, which decides if numbers are equal
 * @param classIndex first class, which decides next
 * @param copy number of the repetition, which decides last
 */
record SampleKey(int partition, long order, String path, int classIndex, int copy)
        implements Comparable<SampleKey>, Serializable {
    private static final Comparator<SampleKey> ORDER = Comparator.comparingInt(SampleKey::partition)
            .thenComparingLong(SampleKey::order)
            .thenComparing(SampleKey::path)
            .thenComparingInt(SampleKey::classIndex)
            .thenComparingInt(SampleKey::copy);

    @Override
    public int compareTo(SampleKey other) {
        return ORDER.compare(this, other);
    }

    /** Sends each shard to a partition of its own. */
    static final class ByShard extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int shards;

        ByShard(int shards) {
            this.shards = shards;
        }

        @Override
        public int numPartitions() {
            return shards;
        }

        @Override
        public int getPartition(Object key) {
            return ((SampleKey) key).partition();
        }
    }
}
