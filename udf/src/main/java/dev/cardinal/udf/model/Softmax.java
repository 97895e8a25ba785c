package dev.cardinal.udf.model;

import java.util.Arrays;

/** Computes probabilities from logits. Stateless and thread-safe. */
public final class Softmax {
    private Softmax() {}

    /**
     * Computes softmax(z / T) in double precision, with the largest logit subtracted from all, so that nothing overflows.
     * If a logit is NaN or positive infinity, all probabilities are NaN.
     *
     * @param logits z, one for each class
     * @param temperature T, positive
     */
    public static double[] of(double[] logits, double temperature) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] probabilities = new double[logits.length];
        double sum = 0;
        for (int c = 0; c < logits.length; c++) {
            probabilities[c] = Math.exp((logits[c] - largest) / temperature);
            sum += probabilities[c];
        }
        for (int c = 0; c < logits.length; c++) {
            probabilities[c] /= sum;
        }
        return probabilities;
    }

    /** Computes the same from single precision and rounds the result to single precision. */
    public static float[] of(float[] logits, double temperature) {
        return narrow(of(wide(logits), temperature));
    }

    /**
     * Computes p^(1/T) divided by its sum, which is the softmax of the logarithms: the distribution among these classes at
     * another temperature.
     *
     * @param probabilities p, of some or all classes
     * @param temperature T, positive
     */
    public static double[] sharpen(double[] probabilities, double temperature) {
        return of(Arrays.stream(probabilities).map(Math::log).toArray(), temperature);
    }

    /** Computes the same from single precision and rounds the result to single precision. */
    public static float[] sharpen(float[] probabilities, double temperature) {
        return narrow(sharpen(wide(probabilities), temperature));
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
