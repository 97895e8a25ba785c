package dev.cardinal.udf;

import java.util.concurrent.atomic.LongAdder;

/** What this process has counted since it began, over all tasks and runs; a task that is tried again counts twice. Thread-safe. */
public final class EngineTotals {
    private static final LongAdder[] TOTALS = new LongAdder[Counter.values().length];

    static {
        for (int i = 0; i < TOTALS.length; i++) {
            TOTALS[i] = new LongAdder();
        }
    }

    private EngineTotals() {}

    /** Adds to a counter. */
    static void add(Counter counter, long amount) {
        TOTALS[counter.ordinal()].add(amount);
    }

    /** The sum so far. */
    public static long value(Counter counter) {
        return TOTALS[counter.ordinal()].sum();
    }
}
