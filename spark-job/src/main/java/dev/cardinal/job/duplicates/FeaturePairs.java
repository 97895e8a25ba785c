package dev.cardinal.job.duplicates;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Finds pairs of images of one class whose features have a high cosine similarity. Two images are compared if the keys of their signatures
 * are equal in at least one of {@value #TABLES} tables. The keys are as long as possible while at least {@value #RECALL} of the pairs at
 * the limit share one. Signatures that differ too much are skipped; the cosine of the other pairs is calculated exactly. Stateless.
 */
final class FeaturePairs {
    static final double RECALL = 0.995;
    private static final int TABLES = 16;
    private static final int MOST_KEY_BITS = RandomProjections.BITS / TABLES;
    /** Standard deviations of the number of different bits that are allowed above its mean. */
    private static final double DEVIATIONS = 4;

    private static final StructType CANDIDATES =
            new StructType().add("a", DataTypes.LongType, false).add("b", DataTypes.LongType, false);

    private static final String[] IDENTITY = {"path", "is_excluded"};

    private FeaturePairs() {}

    /**
     * Returns each pair once: a, b, cosine.
     *
     * @param images id, path, is_excluded, class_index, signature
     * @param features path, is_excluded, features
     * @param cosine least cosine similarity
     */
    static Dataset<Row> of(Dataset<Row> images, Dataset<Row> features, double cosine, Scratch scratch) {
        double differs = Math.acos(cosine) / Math.PI;
        int keyBits = keyBits(1 - differs);
        int most = (int) Math.ceil(RandomProjections.BITS * differs
                + DEVIATIONS * Math.sqrt(RandomProjections.BITS * differs * (1 - differs)));
        Column keys = array(IntStream.range(0, TABLES)
                .mapToObj(t -> struct(lit(t).as("table"), key(t, keyBits).as("key")))
                .toArray(Column[]::new));
        Dataset<Row> keyed = images.filter(col("signature").isNotNull())
                .select(
                        col("class_index"),
                        col("id"),
                        col("signature"),
                        explode(keys).as("in"))
                .select(
                        col("class_index"),
                        col("in.table"),
                        col("in.key"),
                        col("id"),
                        col("signature").getItem(0),
                        col("signature").getItem(1),
                        col("signature").getItem(2),
                        col("signature").getItem(3))
                .repartition(col("class_index"), col("table"), col("key"))
                .sortWithinPartitions("class_index", "table", "key");
        Dataset<Row> candidates = scratch.store(
                "feature_candidates",
                scratch.spark()
                        .createDataFrame(
                                ((org.apache.spark.sql.classic.Dataset<Row>) keyed)
                                        .queryExecution()
                                        .toRdd()
                                        .toJavaRDD()
                                        .mapPartitions(rows -> new CandidateIterator(rows, keyBits, most)),
                                CANDIDATES));
        Dataset<Row> wanted = candidates
                .select(col("a").as("id"))
                .union(candidates.select(col("b").as("id")))
                .distinct();
        Dataset<Row> vectors = scratch.store(
                "feature_vectors",
                images.join(wanted, "id")
                        .select("id", "path", "is_excluded")
                        .join(features, IDENTITY)
                        .select("id", "features"));
        Column similarity = udf(new Cosine(), DataTypes.DoubleType).apply(col("features_a"), col("features_b"));
        return candidates
                .join(vectors.toDF("a", "features_a"), "a")
                .join(vectors.toDF("b", "features_b"), "b")
                .select(col("a"), col("b"), similarity.as("cosine"))
                .filter(col("cosine").geq(cosine));
    }

    /** Returns the largest number of bits with which the tables find enough pairs whose bits are equal with this probability. */
    static int keyBits(double equal) {
        int bits = MOST_KEY_BITS;
        while (bits > 1 && 1 - Math.pow(1 - Math.pow(equal, bits), TABLES) < RECALL) {
            bits--;
        }
        return bits;
    }

    private static Column key(int table, int bits) {
        int first = table * MOST_KEY_BITS;
        return shiftrightunsigned(col("signature").getItem(first / Long.SIZE), first % Long.SIZE)
                .bitwiseAND((1L << bits) - 1);
    }

    /** Calculates the cosine similarity of two vectors in double precision. */
    private static final class Cosine implements UDF2<Seq<Float>, Seq<Float>, Double> {
        private static final long serialVersionUID = 1L;

        @Override
        public Double call(Seq<Float> one, Seq<Float> other) {
            double product = 0;
            double squares = 0;
            double squaresOfOther = 0;
            for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
                double a = one.apply(i);
                double b = other.apply(i);
                product += a * b;
                squares += a * a;
                squaresOfOther += b * b;
            }
            return product / Math.sqrt(squares * squaresOfOther);
        }
    }

    /** An image in a task: its id and its signature. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bits, never compared
    private record Signed(long id, long[] signature) {}

    /** Reads rows (class, table, key, id, four longs of the signature), sorted by the first three; a group shares these. */
    private static final class CandidateIterator extends GroupPairs {
        private final Iterator<InternalRow> rows;
        private final int keyBits;
        private final int most;
        private final List<Signed> group = new ArrayList<>();
        private int table;
        private @Nullable Signed ahead;
        private int aheadClass;
        private int aheadTable;
        private long aheadKey;

        private CandidateIterator(Iterator<InternalRow> rows, int keyBits, int most) {
            this.rows = rows;
            this.keyBits = keyBits;
            this.most = most;
            readAhead();
        }

        private void readAhead() {
            ahead = null;
            if (rows.hasNext()) {
                InternalRow row = rows.next();
                aheadClass = row.getInt(0);
                aheadTable = row.getInt(1);
                aheadKey = row.getLong(2);
                ahead = new Signed(
                        row.getLong(3), new long[] {row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7)});
            }
        }

        @Override
        int readGroup() {
            group.clear();
            table = aheadTable;
            int ofClass = aheadClass;
            long key = aheadKey;
            for (Signed each = ahead;
                    each != null && aheadClass == ofClass && aheadTable == table && aheadKey == key;
                    each = ahead) {
                group.add(each);
                readAhead();
            }
            return group.size();
        }

        @Override
        @Nullable
        Row pair(int one, int other) {
            Signed first = group.get(one);
            Signed second = group.get(other);
            return isCandidate(first.signature(), second.signature())
                    ? RowFactory.create(Math.min(first.id(), second.id()), Math.max(first.id(), second.id()))
                    : null;
        }

        /** Returns whether signatures differ in few bits, and this table is the first in which they share a key. */
        private boolean isCandidate(long[] one, long[] other) {
            int different = 0;
            for (int i = 0; i < one.length; i++) {
                different += Long.bitCount(one[i] ^ other[i]);
            }
            if (different > most) {
                return false;
            }
            for (int t = 0; t < table; t++) {
                int bit = t * MOST_KEY_BITS;
                long difference = one[bit / Long.SIZE] ^ other[bit / Long.SIZE];
                if ((difference >>> bit % Long.SIZE & (1L << keyBits) - 1) == 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
