package dev.cardinal.udf;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * What every counter says at one moment. Immutable; serializable, since executors send it to the driver.
 *
 * @param sums a number for every counter
 */
public record CounterSums(Map<Counter, Long> sums) implements Serializable {
    public CounterSums {
        sums = Map.copyOf(sums);
        if (sums.size() != Counter.values().length) {
            throw new IllegalArgumentException("not every counter has a sum: " + sums);
        }
    }

    /** A reading of every counter. */
    public static CounterSums of(ToLongFunction<Counter> values) {
        Map<Counter, Long> sums = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            sums.put(counter, values.applyAsLong(counter));
        }
        return new CounterSums(sums);
    }

    static CounterSums zero() {
        return of(counter -> 0);
    }

    @SuppressWarnings("NullAway") // every counter has one
    public long value(Counter counter) {
        return sums.get(counter);
    }

    /** The seconds that a counter of nanoseconds says. */
    public double seconds(Counter nanos) {
        return value(nanos) / 1e9;
    }

    /**
     * Images in the batches that the model was asked about, as a share of what batches of full size hold; empty where it was asked
     * about none.
     */
    public OptionalDouble batchFill(int batchSize) {
        long batches = value(Counter.BATCHES);
        return batches == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(value(Counter.CLASSIFIED) / ((double) batches * batchSize));
    }

    CounterSums plus(CounterSums other) {
        return of(counter -> value(counter) + other.value(counter));
    }

    CounterSums minus(CounterSums other) {
        return of(counter -> value(counter) - other.value(counter));
    }
}
