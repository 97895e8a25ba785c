package dev.cardinal.udf;

import java.util.EnumMap;

/**
 * What one task counts, from all its threads; the process's totals follow at once, the sink when the task's own thread
 * flushes. Thread-safe but for {@link #flush}; lives on an executor.
 */
final class TaskCounters {
    private final CounterSink sink;
    private final Counts counts = new Counts();
    private final EnumMap<Counter, Long> flushed = new EnumMap<>(Counter.class);

    TaskCounters(CounterSink sink) {
        this.sink = sink;
    }

    /** Adds to a counter, from any thread. */
    void add(Counter counter, long amount) {
        counts.add(counter, amount);
        EngineTotals.add(counter, amount);
    }

    /** Adds the time since a reading of {@link System#nanoTime}, from any thread. */
    void addSince(Counter counter, long startNanos) {
        add(counter, System.nanoTime() - startNanos);
    }

    /** Hands what was counted since the last flush to the sink; for the thread of the task. */
    void flush() {
        for (Counter counter : Counter.values()) {
            long count = counts.value(counter);
            sink.add(counter, count - flushed.getOrDefault(counter, 0L));
            flushed.put(counter, count);
        }
    }
}
