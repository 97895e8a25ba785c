package dev.cardinal.job.compare;

import dev.cardinal.job.truth.Interval;
import org.apache.commons.math3.special.Beta;
import org.jspecify.annotations.Nullable;

/** Statistics of two classifiers on the same images. */
final class PairStatistics {
    private PairStatistics() {}

    /**
     * Returns the two-sided p value of McNemar's exact test. Its hypothesis: an image for which only one classifier is correct is
     * equally likely to be one of a's and one of b's. It is twice the smaller tail of the binomial distribution, and at most 1.
     *
     * @param onlyA images for which only a is correct
     * @param onlyB images for which only b is correct
     */
    static double mcnemar(long onlyA, long onlyB) {
        if (onlyA == onlyB) {
            return 1;
        }
        long smaller = Math.min(onlyA, onlyB);
        long larger = Math.max(onlyA, onlyB);
        // P(X <= k) for n trials at 1/2 is the regularized incomplete beta function I(1/2; n - k, k + 1).
        return Math.min(1, 2 * Beta.regularizedBeta(0.5, (double) larger, smaller + 1.0));
    }

    /**
     * Returns Cohen's kappa: how much two classifiers agree beyond chance.
     *
     * @param agreement images for which both predict the same class
     * @param a for each class, images for which the first classifier predicts it
     * @param b the same for the second classifier
     * @return null if both predict one class for all images, so that chance alone makes them agree everywhere
     */
    static @Nullable Double kappa(long agreement, long[] a, long[] b) {
        double n = 0;
        double byChance = 0;
        for (int c = 0; c < a.length; c++) {
            n += a[c];
            byChance += (double) a[c] * b[c];
        }
        double expected = byChance / (n * n);
        return expected == 1 ? null : (agreement / n - expected) / (1 - expected);
    }

    /**
     * Returns the accuracy of b minus the accuracy of a, with the 95 % Wald interval for paired proportions (Agresti, Categorical
     * Data Analysis, 11.1). Its width is 0 if no image is correct for only one of them.
     *
     * @param n images, at least one
     */
    static Interval difference(long onlyA, long onlyB, long n) {
        double difference = (double) (onlyB - onlyA) / n;
        double error = Math.sqrt(onlyA + onlyB - (double) (onlyB - onlyA) * (onlyB - onlyA) / n) / n;
        return new Interval(
                difference,
                Math.max(-1, difference - Interval.Z * error),
                Math.min(1, difference + Interval.Z * error));
    }
}
