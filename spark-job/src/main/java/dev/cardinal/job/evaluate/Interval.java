package dev.cardinal.job.evaluate;

/**
 * A share with its 95 % Wilson score interval.
 *
 * @param value hits / trials, NaN where there were no trials
 * @param low lower bound
 * @param high upper bound
 */
public record Interval(double value, double low, double high) {
    /** 97.5 % quantile of the standard normal distribution. */
    public static final double Z = 1.959963984540054;

    /** The interval of Wilson 1927, without continuity correction. */
    public static Interval wilson(long hits, long trials) {
        if (trials == 0) {
            return new Interval(Double.NaN, Double.NaN, Double.NaN);
        }
        double n = trials;
        double share = hits / n;
        double z2 = Z * Z;
        double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
        return new Interval(share, Math.max(0, centre - half), Math.min(1, centre + half));
    }
}
