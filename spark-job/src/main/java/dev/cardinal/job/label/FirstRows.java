package dev.cardinal.job.label;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.util.AccumulatorV2;
import org.jspecify.annotations.Nullable;

/**
 * Counts the first {@value #MAX} rows of each task by status and reason. Executors add to it; Spark sends the counts of each task
 * to the driver with every heartbeat. Thread-safe, because heartbeats read it while the task adds.
 */
final class FirstRows extends AccumulatorV2<String, Map<String, Long>> {
    static final int MAX = 1_000;

    private static final long serialVersionUID = 1L;
    /** Number of rows after which the counts of further tasks are ignored. */
    private static final long ENOUGH = 10L * MAX;

    private static final String OK = "ok";

    private final Map<String, Long> counts = new HashMap<>();
    private long rows;

    /** Returns whether an outcome means that the image was classified. */
    static boolean isOk(String outcome) {
        return outcome.equals(OK);
    }

    @Override
    public synchronized void add(String outcome) {
        if (rows < MAX) {
            rows++;
            counts.merge(outcome, 1L, Long::sum);
        }
    }

    /** Returns the status, and the error without file names and numbers, because those differ between images. */
    static String outcome(String status, @Nullable String error) {
        return status.equals(OK)
                ? OK
                : status + ": "
                        + String.valueOf(error).replaceAll("\\S*/\\S*", "...").replaceAll("\\d+", "N");
    }

    @Override
    public synchronized boolean isZero() {
        return rows == 0;
    }

    @Override
    public synchronized FirstRows copy() {
        FirstRows copy = new FirstRows();
        copy.counts.putAll(counts);
        copy.rows = rows;
        return copy;
    }

    @Override
    public synchronized void reset() {
        counts.clear();
        rows = 0;
    }

    @Override
    public void merge(AccumulatorV2<String, Map<String, Long>> other) {
        Map<String, Long> others = other.value();
        synchronized (this) {
            if (rows >= ENOUGH) {
                return;
            }
            others.forEach((outcome, count) -> {
                counts.merge(outcome, count, Long::sum);
                rows += count;
            });
        }
    }

    @Override
    public synchronized Map<String, Long> value() {
        return new HashMap<>(counts);
    }
}
