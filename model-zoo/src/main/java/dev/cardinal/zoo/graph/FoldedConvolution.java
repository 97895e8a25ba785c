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
        int channels = taps / area;
        float[] filter = new float[weight.length];
        float[] bias = new float[out];
        for (int o = 0; o < out; o++) {
            double scale = gamma[o] / Math.sqrt(variance[o] + epsilon);
            bias[o] = (float) (beta[o] - mean[o] * scale);
            for (int channel = 0; channel < channels; channel++) {
                int source = o * taps + channel * area;
                for (int at = 0; at < area; at++) {
                    filter[(at * channels + channel) * out + o] = (float) (weight[source + at] * scale);
                }
            }
        }
        return new FoldedConvolution(filter, bias);
    }
}
