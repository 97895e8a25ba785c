package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.Convolution;
import java.util.function.Function;

/**
 * A convolution with its batch normalisation folded in, in TensorFlow's layout.
 *
 * <p>With scale = gamma / sqrt(variance + epsilon), the filter is weight x scale and the bias beta - mean x scale (Ioffe and
 * Szegedy 2015, arXiv 1502.03167, section 3.1, at inference); both are computed in double precision and rounded once.
 *
 * @param filter [kernel, kernel, in / groups, out], row-major
 * @param bias [out]
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of weights, never compared
record FoldedConvolution(float[] filter, float[] bias) {
    private static final int BLOCK = 64;

    /**
     * Reads and folds one convolution.
     *
     * @param tensors gives a checkpoint's tensor by name, in PyTorch's layout
     * @param epsilon added to the variance
     */
    static FoldedConvolution of(Convolution convolution, Function<String, float[]> tensors, double epsilon) {
        float[] weight = tensors.apply(convolution.name() + ".weight");
        float[] gamma = tensors.apply(convolution.batchNorm() + ".weight");
        float[] beta = tensors.apply(convolution.batchNorm() + ".bias");
        float[] mean = tensors.apply(convolution.batchNorm() + ".running_mean");
        float[] variance = tensors.apply(convolution.batchNorm() + ".running_var");

        int out = convolution.out();
        int taps = weight.length / out;
        int area = convolution.kernel() * convolution.kernel();
        float[] bias = new float[out];
        double[] scale = new double[out];
        for (int o = 0; o < out; o++) {
            scale[o] = gamma[o] / Math.sqrt(variance[o] + epsilon);
            bias[o] = (float) (beta[o] - mean[o] * scale[o]);
        }
        float[] filter = new float[weight.length];
        for (int first = 0; first < out; first += BLOCK) {
            for (int tap = 0; tap < taps; tap += BLOCK) {
                transpose(weight, scale, filter, taps, area, first, tap);
            }
        }
        return new FoldedConvolution(filter, bias);
    }

    /** One block of [out, channels x area] to [area x channels, out]: as much as the processor's cache holds. */
    private static void transpose(
            float[] weight, double[] scale, float[] filter, int taps, int area, int firstOut, int firstTap) {
        int out = scale.length;
        int channels = taps / area;
        int lastOut = Math.min(firstOut + BLOCK, out);
        int lastTap = Math.min(firstTap + BLOCK, taps);
        for (int tap = firstTap; tap < lastTap; tap++) {
            int row = (tap % area * channels + tap / area) * out;
            for (int o = firstOut; o < lastOut; o++) {
                filter[row + o] = (float) (weight[o * taps + tap] * scale[o]);
            }
        }
    }
}
