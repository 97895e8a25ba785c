package dev.cardinal.job.select;

import dev.cardinal.job.select.Bands.Band;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the scores of one class in buckets that are narrow near 0 and near 1, where most softmax scores are: an eighth of an octave
 * of s below one half, and of 1 - s above, down to 2^-25. Not thread-safe; runs on executors; serializable.
 */
final class ScoreHistogram implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Shifting a float's bits by this leaves its sign, its exponent and three bits of its fraction. */
    private static final int SHIFT = 20;

    private static final int FINEST = Float.floatToRawIntBits(0x1p-25f) >>> SHIFT;
    private static final int HALF = (Float.floatToRawIntBits(0.5f) >>> SHIFT) - FINEST;
    private static final int TOP = 2 * HALF;

    private final long[] counts = new long[TOP + 1];
    private final float[] lowest = new float[TOP + 1];
    private boolean hasNan;

    /** Counts a score; NaN is counted in the highest bucket. */
    void add(float score) {
        int bucket = bucket(score);
        if (counts[bucket] == 0 || score < lowest[bucket]) {
            lowest[bucket] = score;
        }
        counts[bucket]++;
        hasNan |= !Float.isFinite(score);
    }

    /** Returns the bucket of a score; higher scores have higher buckets. */
    static int bucket(float score) {
        if (score < 0.5f) {
            return fromZero(Math.max(0, score));
        }
        return TOP - (score < 1 ? fromZero(1 - score) : 0);
    }

    private static int fromZero(float score) {
        return Math.max(0, (Float.floatToRawIntBits(score) >>> SHIFT) - FINEST);
    }

    /** Adds the counts of another histogram of the same class, and returns this histogram. */
    ScoreHistogram and(ScoreHistogram other) {
        for (int b = 0; b <= TOP; b++) {
            if (other.counts[b] > 0) {
                lowest[b] = counts[b] == 0 ? other.lowest[b] : Math.min(lowest[b], other.lowest[b]);
                counts[b] += other.counts[b];
            }
        }
        hasNan |= other.hasNan;
        return this;
    }

    long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** Returns whether a score was NaN or infinite. */
    boolean hasNan() {
        return hasNan;
    }

    /**
     * Returns bands that contain the first {@code k} candidates, in order of falling scores. A band consists of whole buckets, so the
     * bands can contain some more.
     *
     * @param classIndex index of the class
     * @param bandRows number of candidates after which the next band begins, at the next bucket
     */
    List<Band> bands(int classIndex, long k, long bandRows) {
        List<Band> bands = new ArrayList<>();
        long above = 0;
        long n = 0;
        for (int b = TOP; b >= 0 && above + n < k; b--) {
            if (counts[b] == 0) {
                continue;
            }
            if (n >= bandRows) {
                above += n;
                n = 0;
            }
            if (n == 0) {
                bands.add(new Band(classIndex, above, counts[b], lowest[b]));
            } else {
                bands.set(bands.size() - 1, new Band(classIndex, above, n + counts[b], lowest[b]));
            }
            n += counts[b];
        }
        return bands;
    }
}
