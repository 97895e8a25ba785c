package dev.cardinal.udf;

import java.util.EnumMap;
import java.util.concurrent.atomic.LongAdder;

/** A sum for every counter. Thread-safe. */
final class Counts {
    private final EnumMap<Counter, LongAdder> sums = new EnumMap<>(Counter.class);

    Counts() {
        for (Counter counter : Counter.values()) {
            sums.put(counter, new LongAdder());
        }
    }

    @SuppressWarnings("NullAway") // every counter has one
    private LongAdder sum(Counter counter) {
        return sums.get(counter);
    }

    void add(Counter counter, long amount) {
        sum(counter).add(amount);
    }

    long value(Counter counter) {
        return sum(counter).sum();
    }
}
