package dev.cardinal.job.truth;

/**
 * A proportion with its 95 % Wilson score interval.
 *
 * @param value hits / trials, NaN if there are no trials
 * @param low lower bound
 * @param high upper bound
 */
public record Interval(double value, double low, double high) {
    /** 97.5 % quantile of the standard normal distribution. */
    public static final double Z = 1.959963984540054;

    /** Returns the interval of Wilson 1927, without continuity correction. */
    public static Interval wilson(long hits, long trials) {
        if (trials == 0) {
            return new Interval(Double.NaN, Double.NaN, Double.NaN);
        }
        double n = trials;
        double proportion = hits / n;
        double z2 = Z * Z;
        double center = (proportion + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z / (1 + z2 / n) * Math.sqrt(proportion * (1 - proportion) / n + z2 / (4 * n * n));
        return new Interval(proportion, Math.max(0, center - half), Math.min(1, center + half));
    }
}
