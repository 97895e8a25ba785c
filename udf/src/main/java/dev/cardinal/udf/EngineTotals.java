package dev.cardinal.udf;

/** What this process has counted since it began, over all tasks and runs; a task that is tried again counts twice. Thread-safe. */
public final class EngineTotals {
    private static final Counts TOTALS = new Counts();

    private EngineTotals() {}

    /** Adds to a counter. */
    static void add(Counter counter, long amount) {
        TOTALS.add(counter, amount);
    }

    /** The sum so far. */
    public static long value(Counter counter) {
        return TOTALS.value(counter);
    }
}
