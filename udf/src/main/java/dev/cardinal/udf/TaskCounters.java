package dev.cardinal.udf;

import java.util.concurrent.atomic.LongAdder;

/**
 * What one task counts, from all its threads; the process's totals follow at once, Spark's accumulators when the task's own thread
 * flushes. Thread-safe but for {@link #flush}; lives on an executor.
 */
final class TaskCounters {
    private final LabelMetrics metrics;
    private final LongAdder[] counts = new LongAdder[Counter.values().length];
    private final long[] flushed = new long[counts.length];

    TaskCounters(LabelMetrics metrics) {
        this.metrics = metrics;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Adds to a counter, from any thread. */
    void add(Counter counter, long amount) {
        counts[counter.ordinal()].add(amount);
        EngineTotals.add(counter, amount);
    }

    /** Adds the time since a reading of {@link System#nanoTime}, from any thread. */
    void addSince(Counter counter, long startNanos) {
        add(counter, System.nanoTime() - startNanos);
    }

    /** Hands what was counted since the last flush to the accumulators; for the thread of the task. */
    void flush() {
        for (Counter counter : Counter.values()) {
            int i = counter.ordinal();
            long count = counts[i].sum();
            metrics.add(counter, count - flushed[i]);
            flushed[i] = count;
        }
    }
}
