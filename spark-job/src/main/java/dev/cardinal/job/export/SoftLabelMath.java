package dev.cardinal.job.export;

/** Calculates soft labels, in double precision. Stateless and thread-safe. */
final class SoftLabelMath {
    private SoftLabelMath() {}

    /** Returns softmax(z / T). */
    static float[] softmax(float[] logits, double temperature) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double[] powers = new double[logits.length];
        for (int i = 0; i < powers.length; i++) {
            powers[i] = Math.exp((logits[i] - highest) / temperature);
        }
        return normalized(powers);
    }

    /** Returns p^(1/T) divided by its sum: the distribution among the given classes at another temperature. */
    static float[] sharpen(float[] probabilities, double temperature) {
        double[] powers = new double[probabilities.length];
        for (int i = 0; i < powers.length; i++) {
            powers[i] = Math.pow(probabilities[i], 1 / temperature);
        }
        return normalized(powers);
    }

    private static float[] normalized(double[] powers) {
        double sum = 0;
        for (double power : powers) {
            sum += power;
        }
        float[] shares = new float[powers.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) (powers[i] / sum);
        }
        return shares;
    }
}
