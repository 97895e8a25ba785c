package dev.cardinal.udf.image;

/**
 * Torch7's bicubic filter along one axis: the four source samples around each visible output sample, and their weights.
 * Immutable after construction.
 *
 * <p>Output sample i is at source position i * (in - 1) / (out - 1), in single precision. The weights are
 * Catmull-Rom's. A sample beyond an edge is extrapolated linearly from the two samples at that edge. The last output
 * sample is the last source sample.
 */
final class Torch7Weights {

    static final int TAPS = 4;

    /** The source samples, four for each output sample; one outside the source is replaced by the nearest inside. */
    final int[] samples;
    /** The weights of {@link #samples}; 0 for a sample outside the source. */
    final float[] weights;

    /**
     * Computes the weights of output samples {@code from} to {@code from + count}.
     *
     * @param in length of the source axis, in samples
     * @param out length of the whole scaled axis, in samples
     */
    Torch7Weights(int in, int out, int from, int count) {
        samples = new int[count * TAPS];
        weights = new float[count * TAPS];
        float scale = out == 1 ? in - 1 : (float) (in - 1) / (out - 1);
        for (int i = 0; i < count; i++) {
            float at = (from + i) * scale;
            int left = (int) at;
            if (in == out) {
                set(i, from + i, in, 0, 1, 0, 0);
            } else if (from + i == out - 1 || left >= in - 1) {
                set(i, in - 1, in, 0, 1, 0, 0);
            } else {
                setCatmullRom(i, left, at - left, in);
            }
        }
    }

    private void setCatmullRom(int i, int left, float x, int in) {
        float w0 = x * (-0.5f + x * (1 - 0.5f * x));
        float w1 = 1 + x * x * (-2.5f + 1.5f * x);
        float w2 = x * (0.5f + x * (2 - 1.5f * x));
        float w3 = x * x * (-0.5f + 0.5f * x);
        if (left == 0) {
            w1 += 2 * w0;
            w2 -= w0;
            w0 = 0;
        }
        if (left + 2 >= in) {
            w2 += 2 * w3;
            w1 -= w3;
            w3 = 0;
        }
        set(i, left, in, w0, w1, w2, w3);
    }

    private void set(int i, int left, int in, float w0, float w1, float w2, float w3) {
        for (int t = 0; t < TAPS; t++) {
            samples[i * TAPS + t] = Math.max(0, Math.min(left - 1 + t, in - 1));
        }
        weights[i * TAPS] = w0;
        weights[i * TAPS + 1] = w1;
        weights[i * TAPS + 2] = w2;
        weights[i * TAPS + 3] = w3;
    }
}
