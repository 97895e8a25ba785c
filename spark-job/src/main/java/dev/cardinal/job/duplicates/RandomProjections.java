package dev.cardinal.job.duplicates;

import java.io.Serializable;
import java.util.Random;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Calculates a signature of {@value #BITS} bits of a vector: the signs of sums of {@value #TERMS} of its numbers, each with a random sign
 * (Charikar 2002; sparse as in Achlioptas 2003). Two vectors at an angle a have equal bits with a probability of about 1 - a / pi. The
 * same length and seed give the same projections. A function for Spark; serializable; stateless.
 */
final class RandomProjections implements UDF1<Seq<Float>, long @Nullable []>, Serializable {
    static final int BITS = 256;
    private static final long serialVersionUID = 1L;
    private static final int TERMS = 64;
    private static final long SEED = 20_190_501;

    private transient int @Nullable [] terms;
    private transient int length;

    /** Returns the signature, or null if the vector is empty or zero, or contains NaN. */
    @Override
    public long @Nullable [] call(Seq<Float> vector) {
        if (vector == null || vector.isEmpty()) {
            return null;
        }
        float[] values = new float[vector.length()];
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = vector.apply(i);
            squares += (double) values[i] * values[i];
        }
        return squares > 0 && Double.isFinite(squares) ? signs(values, terms(values.length)) : null;
    }

    private static long[] signs(float[] values, int[] terms) {
        long[] signature = new long[BITS / Long.SIZE];
        for (int bit = 0, t = 0; bit < BITS; bit++) {
            float sum = 0;
            for (int end = t + TERMS; t < end; t++) {
                int term = terms[t];
                sum += term >= 0 ? values[term] : -values[~term];
            }
            if (sum > 0) {
                signature[bit / Long.SIZE] |= 1L << bit;
            }
        }
        return signature;
    }

    /** Returns the positions of the terms of all bits; those that are subtracted as their complement. */
    private synchronized int[] terms(int vectorLength) {
        int[] known = terms;
        if (known != null && length == vectorLength) {
            return known;
        }
        Random random = new Random(SEED + vectorLength);
        int[] drawn = new int[BITS * TERMS];
        for (int t = 0; t < drawn.length; t++) {
            int position = random.nextInt(vectorLength);
            // As many are added as subtracted, because features are not negative.
            drawn[t] = t % 2 == 0 ? position : ~position;
        }
        length = vectorLength;
        terms = drawn;
        return drawn;
    }
}
