package dev.cardinal.udf.image;

/**
 * Pillow's triangle filter along one axis, in fixed point: which source samples make each kept output sample, and with
 * what weight. Immutable after construction.
 *
 * <p>After {@code precompute_coeffs} and {@code normalize_coeffs_8bpc} in Pillow 9.4's Resample.c.
 */
final class BilinearWeights {

    /** Fractional bits of a weight: 8 bits for the result and 2 for overflow are left of 32. */
    static final int PRECISION_BITS = 32 - 8 - 2;

    /** How many source samples make one output sample: as many for each, with weight 0 where fewer are needed. */
    final int taps;
    /** First source sample of each output sample; {@code taps} samples from there on are in the source. */
    final int[] first;
    /** Weights, {@code taps} for each output sample. */
    final int[] weights;

    /**
     * Weights for output samples {@code from} to {@code from + count}.
     *
     * @param in samples of the source
     * @param out samples of the whole scaled axis
     */
    BilinearWeights(int in, int out, int from, int count) {
        double scale = (double) in / out;
        double support = Math.max(scale, 1.0); // the triangle's own support is 1
        int[] lengths = new int[count];
        first = new int[count];
        int longest = 0;
        for (int i = 0; i < count; i++) {
            double center = (from + i + 0.5) * scale;
            first[i] = Math.max((int) (center - support + 0.5), 0);
            lengths[i] = Math.min((int) (center + support + 0.5), in) - first[i];
            longest = Math.max(longest, lengths[i]);
        }
        taps = longest;
        weights = new int[Math.multiplyExact(count, taps)];
        double[] exact = new double[taps];
        for (int i = 0; i < count; i++) {
            double center = (from + i + 0.5) * scale;
            double sum = 0;
            for (int t = 0; t < lengths[i]; t++) {
                exact[t] = triangle((t + first[i] - center + 0.5) * (1.0 / support));
                sum += exact[t];
            }
            int shift = Math.max(first[i] + taps - in, 0);
            first[i] -= shift;
            for (int t = 0; t < lengths[i]; t++) {
                double weight = sum == 0 ? exact[t] : exact[t] / sum;
                weights[i * taps + shift + t] = (int) (weight * (1 << PRECISION_BITS) + 0.5);
            }
        }
    }

    private static double triangle(double x) {
        return Math.max(1.0 - Math.abs(x), 0.0);
    }
}
