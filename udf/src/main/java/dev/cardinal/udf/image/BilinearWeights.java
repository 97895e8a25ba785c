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

    /** First source sample of each output sample. */
    final int[] first;
    /** Number of source samples of each output sample. */
    final int[] taps;
    /** Weights, {@code stride} for each output sample. */
    final int[] weights;

    final int stride;

    /**
     * Weights for output samples {@code from} to {@code from + count}.
     *
     * @param in samples of the source
     * @param out samples of the whole scaled axis
     */
    BilinearWeights(int in, int out, int from, int count) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1.0);
        double support = filterScale; // the triangle's own support is 1
        stride = Math.min((int) Math.ceil(support) * 2 + 1, in);
        first = new int[count];
        taps = new int[count];
        weights = new int[Math.multiplyExact(count, stride)];
        double[] exact = new double[stride];
        for (int i = 0; i < count; i++) {
            double center = (from + i + 0.5) * scale;
            int start = Math.max((int) (center - support + 0.5), 0);
            int length = Math.min((int) (center + support + 0.5), in) - start;
            double sum = 0;
            for (int t = 0; t < length; t++) {
                exact[t] = triangle((t + start - center + 0.5) * (1.0 / filterScale));
                sum += exact[t];
            }
            for (int t = 0; t < length; t++) {
                double weight = sum == 0 ? exact[t] : exact[t] / sum;
                weights[i * stride + t] = (int) (weight * (1 << PRECISION_BITS) + 0.5);
            }
            first[i] = start;
            taps[i] = length;
        }
    }

    private static double triangle(double x) {
        return Math.max(1.0 - Math.abs(x), 0.0);
    }

    /** One past the last source sample that any output sample needs. */
    int end() {
        int last = first.length - 1;
        return first[last] + taps[last];
    }
}
