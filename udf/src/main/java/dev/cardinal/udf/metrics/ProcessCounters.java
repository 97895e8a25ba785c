package dev.cardinal.udf.metrics;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of this process since it started, over all tasks and runs; a retried task counts again. Thread-safe. */
public final class ProcessCounters {
    private static final Map<Counter, LongAdder> SUMS = TaskCounters.zeros();

    private ProcessCounters() {}

    /** Adds to a counter. */
    @SuppressWarnings("NullAway") // every counter has a sum
    static void add(Counter counter, long amount) {
        SUMS.get(counter).add(amount);
    }

    /** Returns the sum so far. */
    @SuppressWarnings("NullAway") // every counter has a sum
    public static long value(Counter counter) {
        return SUMS.get(counter).sum();
    }
}
