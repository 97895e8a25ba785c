package dev.cardinal.udf.image;

/**
 * A filter of Pillow along one axis, in fixed point: the source samples of each visible output sample, and their
 * weights. Immutable after construction.
 *
 * <p>Follows {@code precompute_coeffs} and {@code normalize_coeffs_8bpc} in Pillow's Resample.c.
 */
final class PillowWeights {

    /** Fractional bits of a weight: 32 bits less 8 for the result and 2 for overflow. */
    static final int PRECISION_BITS = 32 - 8 - 2;

    /** Source samples for each output sample; if an output sample needs fewer, the weights of the others are 0. */
    final int taps;
    /** First source sample of each output sample; the {@code taps} samples from there are all in the source. */
    final int[] first;
    /** Weights, {@code taps} for each output sample. */
    final int[] weights;
    /** Whether a weight is negative, so that a weighted sum can be outside of 0 to 255. */
    final boolean overshoots;

    /**
     * Computes the weights of output samples {@code from} to {@code from + count}.
     *
     * @param in length of the source axis, in samples
     * @param out length of the whole scaled axis, in samples
     */
    PillowWeights(PillowFilter filter, int in, int out, int from, int count) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1.0);
        double support = filter.support() * filterScale;
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
        boolean negative = false;
        for (int i = 0; i < count; i++) {
            double center = (from + i + 0.5) * scale;
            double sum = 0;
            for (int t = 0; t < lengths[i]; t++) {
                exact[t] = filter.weight((t + first[i] - center + 0.5) * (1.0 / filterScale));
                sum += exact[t];
            }
            int shift = Math.max(first[i] + taps - in, 0);
            first[i] -= shift;
            for (int t = 0; t < lengths[i]; t++) {
                double weight = sum == 0 ? exact[t] : exact[t] / sum;
                weights[i * taps + shift + t] = (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
                negative |= weight < 0;
            }
        }
        overshoots = negative;
    }
}
