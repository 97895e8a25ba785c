package dev.cardinal.job.evaluate;

/**
 * The negative log-likelihood of the truth, summed over images, as a function of beta = 1 / T: the sum of
 * {@code log sum_k exp(beta z_k) - beta z_truth}. It is convex in beta. Immutable.
 *
 * @param value the sum
 * @param gradient its first derivative: the sum of E[z] - z_truth, E under softmax(beta z)
 * @param curvature its second derivative: the sum of Var[z]
 */
record Likelihood(double value, double gradient, double curvature) {
    static final Likelihood NONE = new Likelihood(0, 0, 0);

    /** Returns the likelihood of one image. */
    static Likelihood of(float[] logits, int truth, double beta) {
        double largest = largest(logits);
        double weights = 0;
        double first = 0;
        double second = 0;
        for (float logit : logits) {
            double below = logit - largest;
            double weight = Math.exp(beta * below);
            weights += weight;
            first += weight * below;
            second += weight * below * below;
        }
        double mean = first / weights;
        double ofTruth = logits[truth] - largest;
        return new Likelihood(
                Math.log(weights) - beta * ofTruth, mean - ofTruth, Math.max(0, second / weights - mean * mean));
    }

    /** Returns the highest probability of softmax(beta z). */
    static double confidence(float[] logits, double beta) {
        double largest = largest(logits);
        double weights = 0;
        for (float logit : logits) {
            weights += Math.exp(beta * (logit - largest));
        }
        return 1 / weights;
    }

    private static double largest(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        return largest;
    }

    Likelihood plus(Likelihood other) {
        return new Likelihood(value + other.value, gradient + other.gradient, curvature + other.curvature);
    }
}
