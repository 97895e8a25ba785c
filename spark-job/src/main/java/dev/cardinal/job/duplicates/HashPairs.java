package dev.cardinal.job.duplicates;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Finds all pairs of different hashes that differ in at most some bits. A task holds the hashes that share a key in its memory, one key
 * after another. Stateless.
 */
final class HashPairs {
    private static final StructType SCHEMA = new StructType()
            .add("a", DataTypes.LongType, false)
            .add("b", DataTypes.LongType, false)
            .add("distance", DataTypes.IntegerType, false);

    private HashPairs() {}

    /**
     * Returns each pair once: a, b, and the number of bits in which they differ.
     *
     * @param hashes different hashes, as column {@code id}
     * @param count their number
     * @param distance bits in which near hashes differ, at most
     */
    static Dataset<Row> of(Dataset<Row> hashes, long count, int distance) {
        SparkSession spark = hashes.sparkSession();
        if (distance == 0) {
            return spark.createDataFrame(List.of(), SCHEMA);
        }
        BlockScheme scheme = BlockScheme.of(distance, count);
        long[] masks = scheme.indices();
        Column keys = array(IntStream.range(0, masks.length)
                .mapToObj(i -> struct(
                        lit(i).as("index"), col("id").bitwiseAND(masks[i]).as("key")))
                .toArray(Column[]::new));
        Dataset<Row> keyed = hashes.select(col("id"), explode(keys).as("in"))
                .select(col("in.index"), col("in.key"), col("id"))
                .repartition(col("index"), col("key"))
                .sortWithinPartitions("index", "key");
        return spark.createDataFrame(
                ((org.apache.spark.sql.classic.Dataset<Row>) keyed)
                        .queryExecution()
                        .toRdd()
                        .toJavaRDD()
                        .mapPartitions(rows -> new PairIterator(rows, scheme)),
                SCHEMA);
    }

    /** Reads rows (index, key, hash), sorted by index and key; a group shares both. */
    private static final class PairIterator extends GroupPairs {
        private final Iterator<InternalRow> rows;
        private final BlockScheme scheme;
        private long[] group = new long[16];
        private int groupIndex;
        private boolean hasAhead;
        private int aheadIndex;
        private long aheadKey;
        private long aheadHash;

        private PairIterator(Iterator<InternalRow> rows, BlockScheme scheme) {
            this.rows = rows;
            this.scheme = scheme;
            readAhead();
        }

        private void readAhead() {
            hasAhead = rows.hasNext();
            if (hasAhead) {
                InternalRow row = rows.next();
                aheadIndex = row.getInt(0);
                aheadKey = row.getLong(1);
                aheadHash = row.getLong(2);
            }
        }

        @Override
        int readGroup() {
            int size = 0;
            groupIndex = aheadIndex;
            long key = aheadKey;
            while (hasAhead && aheadIndex == groupIndex && aheadKey == key) {
                if (size == group.length) {
                    group = Arrays.copyOf(group, 2 * size);
                }
                group[size++] = aheadHash;
                readAhead();
            }
            return size;
        }

        @Override
        @Nullable
        Row pair(int one, int other) {
            if (!scheme.isFound(group[one], group[other], groupIndex)) {
                return null;
            }
            long a = Math.min(group[one], group[other]);
            long b = Math.max(group[one], group[other]);
            return RowFactory.create(a, b, Long.bitCount(a ^ b));
        }
    }
}
