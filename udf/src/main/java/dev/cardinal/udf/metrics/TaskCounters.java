package dev.cardinal.udf.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of one task. An addition reaches the counters of the process at once, and the sink when the thread of
 * the task flushes. Thread-safe except for {@link #flush}; lives on an executor.
 */
public final class TaskCounters {
    private final CounterSink sink;
    private final Map<Counter, LongAdder> sums = zeros();
    private final EnumMap<Counter, Long> flushed = new EnumMap<>(Counter.class);

    public TaskCounters(CounterSink sink) {
        this.sink = sink;
    }

    /** Returns a sum of zero for every counter. */
    static Map<Counter, LongAdder> zeros() {
        EnumMap<Counter, LongAdder> zeros = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            zeros.put(counter, new LongAdder());
        }
        return zeros;
    }

    /** Adds to a counter, from any thread. */
    @SuppressWarnings("NullAway") // every counter has a sum
    public void add(Counter counter, long amount) {
        sums.get(counter).add(amount);
        ProcessCounters.add(counter, amount);
    }

    /** Adds the time since a reading of {@link System#nanoTime}, from any thread. */
    public void addSince(Counter counter, long startNanos) {
        add(counter, System.nanoTime() - startNanos);
    }

    /** Adds to the sink what was counted since the last flush; for the thread of the task only. */
    public void flush() {
        sums.forEach((counter, sum) -> {
            long count = sum.sum();
            sink.add(counter, count - flushed.getOrDefault(counter, 0L));
            flushed.put(counter, count);
        });
    }
}
