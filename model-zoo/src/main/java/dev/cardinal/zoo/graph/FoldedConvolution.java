package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.card.Convolution;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The weights of a convolution with its batch normalization folded in, in TensorFlow's layout.
 *
 * <p>The filter is weight x scale, computed in double precision and rounded once; the bias is the shift of {@link
 * ScaleAndShift}.
 *
 * @param filter [kernel, kernel, in / groups, out], row-major
 * @param bias [out]
 */
@SuppressWarnings("ArrayRecordComponent") // only holds weights, never compared
record FoldedConvolution(float[] filter, float[] bias) {
    private static final int BLOCK = 64;

    /**
     * Reads and folds one convolution.
     *
     * @param tensors returns a tensor of the checkpoint by name, in PyTorch's layout
     * @param epsilon value added to the variance
     */
    static FoldedConvolution of(Convolution convolution, Function<String, float[]> tensors, double epsilon) {
        float[] weight = tensors.apply(convolution.name() + ".weight");
        int out = convolution.out();
        int taps = weight.length / out;
        int area = convolution.kernel() * convolution.kernel();
        ScaleAndShift norm = scaleAndShift(convolution, tensors, epsilon);
        double[] scale = norm.scale();
        float[] filter = new float[weight.length];
        for (int first = 0; first < out; first += BLOCK) {
            for (int tap = 0; tap < taps; tap += BLOCK) {
                transpose(weight, scale, filter, taps, area, first, tap);
            }
        }
        return new FoldedConvolution(filter, norm.shift());
    }

    private static ScaleAndShift scaleAndShift(
            Convolution convolution, Function<String, float[]> tensors, double epsilon) {
        String batchNorm = convolution.batchNorm();
        if (batchNorm != null) {
            return ScaleAndShift.of(batchNorm, tensors, epsilon);
        }
        double[] ones = new double[convolution.out()];
        Arrays.fill(ones, 1);
        float[] bias =
                convolution.hasBias() ? tensors.apply(convolution.name() + ".bias") : new float[convolution.out()];
        return new ScaleAndShift(ones, bias);
    }

    /** Transposes one block of [out, channels x area] into [area x channels, out]. A block fits into the CPU cache. */
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
