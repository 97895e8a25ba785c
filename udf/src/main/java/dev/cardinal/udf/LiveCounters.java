package dev.cardinal.udf;

/**
 * What a run has counted so far, tasks that have not ended included.
 *
 * <p>An image counts again when its task is tried again. Without the {@link CardinalPlugin} the numbers move when tasks end. Two
 * runs at once in one Spark application see each other's images. Thread-safe; lives on the driver.
 */
public final class LiveCounters {
    private final LabelMetrics metrics;
    private final CounterSums before;

    private LiveCounters(LabelMetrics metrics, CounterSums before) {
        this.metrics = metrics;
        this.before = before;
    }

    /** Counts from now on, for the run that these accumulators were made for. */
    public static LiveCounters begin(LabelMetrics metrics) {
        return new LiveCounters(metrics, ApplicationTotals.now());
    }

    /** The sum so far; about a second old. */
    public long value(Counter counter) {
        return Math.max(metrics.value(counter), ApplicationTotals.now().value(counter) - before.value(counter));
    }
}
