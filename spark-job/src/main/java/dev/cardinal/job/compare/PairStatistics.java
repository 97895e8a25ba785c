package dev.cardinal.job.compare;

import dev.cardinal.job.evaluate.Interval;
import org.apache.commons.math3.special.Beta;
import org.jspecify.annotations.Nullable;

/** Statistics of two classifiers on the same images. */
final class PairStatistics {
    private PairStatistics() {}

    /**
     * The two-sided p of McNemar's exact test: of the images that one classifier alone has right, each is as likely to be a's as
     * b's. Twice the smaller tail of the binomial distribution, and 1 at most.
     *
     * @param onlyA images that a alone has right
     * @param onlyB images that b alone has right
     */
    static double mcnemar(long onlyA, long onlyB) {
        if (onlyA == onlyB) {
            return 1;
        }
        long smaller = Math.min(onlyA, onlyB);
        long larger = Math.max(onlyA, onlyB);
        // P(X <= k) of n trials at 1/2 is the regularized incomplete beta function I(1/2; n - k, k + 1).
        return Math.min(1, 2 * Beta.regularizedBeta(0.5, (double) larger, smaller + 1.0));
    }

    /**
     * Cohen's kappa: how far two classifiers agree beyond what they would by chance.
     *
     * @param agreement images that both take for the same
     * @param a images that the one takes for each class
     * @param b images that the other does
     * @return null where chance alone makes them agree everywhere: both take all images for one class
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
     * Accuracy of b minus that of a, with the 95 % Wald interval for paired proportions (Agresti, Categorical Data Analysis,
     * 11.1). It has no width where no image is right in one alone.
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
