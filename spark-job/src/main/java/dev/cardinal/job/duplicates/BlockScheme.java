package dev.cardinal.job.duplicates;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides 64-bit hashes for multi-index hashing (Norouzi et al. 2012, arXiv 1307.2982): if two hashes differ in at most d of their bits,
 * and the bits are divided into d + s blocks, at least s blocks are equal. Each choice of s blocks is an index, whose key is these
 * bits; hashes that are near have the same key in at least one index. Block i consists of the bits i, i + d + s, and so on, because
 * neighboring bits depend on each other. Immutable; serializable.
 */
final class BlockScheme implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int MOST_INDICES = 500;
    private static final int MOST_EQUAL = 4;
    /** Approximate costs in nanoseconds. */
    private static final double SHUFFLE_NANOS = 500;

    private static final double COMPARE_NANOS = 1.5;
    /** Bits of a picture's hash depend on each other: a key of n bits distinguishes as much as this share of n random bits. */
    private static final double ENTROPY = 0.7;

    private final int distance;
    private final int equal;
    private final long[] blocks;
    private final long[] indices;

    private BlockScheme(int distance, int equal) {
        this.distance = distance;
        this.equal = equal;
        this.blocks = new long[distance + equal];
        for (int bit = 0; bit < Long.SIZE; bit++) {
            blocks[bit % blocks.length] |= 1L << bit;
        }
        List<Long> masks = new ArrayList<>();
        choose(0, 0, 0, masks);
        this.indices = masks.stream().mapToLong(mask -> mask).toArray();
    }

    private void choose(int from, int chosen, long mask, List<Long> masks) {
        if (chosen == equal) {
            masks.add(mask);
            return;
        }
        for (int block = from; block < blocks.length; block++) {
            choose(block + 1, chosen + 1, mask | blocks[block], masks);
        }
    }

    /**
     * Returns the scheme that is probably the fastest.
     *
     * @param distance bits in which near hashes differ, at most
     * @param hashes number of hashes
     */
    static BlockScheme of(int distance, long hashes) {
        BlockScheme best = new BlockScheme(distance, 1);
        double least = Double.POSITIVE_INFINITY;
        for (int equal = 1; equal <= MOST_EQUAL && indices(distance, equal) <= MOST_INDICES; equal++) {
            double n = hashes;
            double sharing = n / Math.pow(2, ENTROPY * Long.SIZE * equal / (distance + equal));
            double cost = indices(distance, equal) * n * (SHUFFLE_NANOS + COMPARE_NANOS * sharing / 2);
            if (cost < least) {
                least = cost;
                best = new BlockScheme(distance, equal);
            }
        }
        return best;
    }

    private static double indices(int distance, int equal) {
        double indices = 1;
        for (int i = 1; i <= equal; i++) {
            indices = indices * (distance + i) / i;
        }
        return indices;
    }

    /** Returns the mask of the bits of each index's key. */
    long[] indices() {
        return indices.clone();
    }

    /** Returns whether two hashes are near, and an index is the first in which they have the same key. */
    boolean isFound(long one, long other, int index) {
        long difference = one ^ other;
        if (Long.bitCount(difference) > distance) {
            return false;
        }
        long first = 0;
        for (int block = 0, found = 0; block < blocks.length && found < equal; block++) {
            if ((difference & blocks[block]) == 0) {
                first |= blocks[block];
                found++;
            }
        }
        return first == indices[index];
    }
}
