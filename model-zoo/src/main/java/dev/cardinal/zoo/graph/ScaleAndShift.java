package dev.cardinal.zoo.graph;

import java.util.function.Function;

/**
 * A batch normalization at inference: x * scale + shift for each channel.
 *
 * <p>The scale is gamma / sqrt(variance + epsilon), and the shift is beta - mean x scale (Ioffe and Szegedy 2015, arXiv
 * 1502.03167, section 3.1). Both are computed in double precision; the shift is rounded once.
 *
 * @param scale [channels]
 * @param shift [channels]
 */
@SuppressWarnings("ArrayRecordComponent") // only holds weights, never compared
record ScaleAndShift(double[] scale, float[] shift) {

    /**
     * Reads a normalization.
     *
     * @param name prefix of its tensors
     * @param tensors returns a tensor of the checkpoint by name
     * @param epsilon value added to the variance
     */
    static ScaleAndShift of(String name, Function<String, float[]> tensors, double epsilon) {
        float[] gamma = tensors.apply(name + ".weight");
        float[] beta = tensors.apply(name + ".bias");
        float[] mean = tensors.apply(name + ".running_mean");
        float[] variance = tensors.apply(name + ".running_var");
        double[] scale = new double[gamma.length];
        float[] shift = new float[gamma.length];
        for (int c = 0; c < scale.length; c++) {
            scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
            shift[c] = (float) (beta[c] - mean[c] * scale[c]);
        }
        return new ScaleAndShift(scale, shift);
    }

    /** Returns the scale, rounded. */
    float[] floatScale() {
        float[] rounded = new float[scale.length];
        for (int c = 0; c < scale.length; c++) {
            rounded[c] = (float) scale[c];
        }
        return rounded;
    }
}
