package dev.cardinal.udf.metrics;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * The values of all counters at one moment. Immutable; serializable, because executors send it to the driver.
 *
 * @param sums a value for every counter
 */
public record CounterSnapshot(Map<Counter, Long> sums) implements Serializable {
    public CounterSnapshot {
        sums = Map.copyOf(sums);
        if (sums.size() != Counter.values().length) {
            throw new IllegalArgumentException("a counter has no value: " + sums);
        }
    }

    /** Reads every counter. */
    public static CounterSnapshot of(ToLongFunction<Counter> values) {
        Map<Counter, Long> sums = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            sums.put(counter, values.applyAsLong(counter));
        }
        return new CounterSnapshot(sums);
    }

    static CounterSnapshot zero() {
        return of(counter -> 0);
    }

    /** Returns the value of a counter. */
    @SuppressWarnings("NullAway") // every counter has a value
    public long value(Counter counter) {
        return sums.get(counter);
    }

    /** Returns the value of a counter of nanoseconds, in seconds. */
    public double seconds(Counter nanos) {
        return value(nanos) / 1e9;
    }

    /**
     * Returns the number of classified images divided by the number that full batches would hold; empty if no batch was
     * classified.
     */
    public OptionalDouble batchFill(int batchSize) {
        long batches = value(Counter.BATCHES);
        return batches == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(value(Counter.CLASSIFIED) / ((double) batches * batchSize));
    }

    CounterSnapshot plus(CounterSnapshot other) {
        return of(counter -> value(counter) + other.value(counter));
    }

    CounterSnapshot minus(CounterSnapshot other) {
        return of(counter -> value(counter) - other.value(counter));
    }
}
