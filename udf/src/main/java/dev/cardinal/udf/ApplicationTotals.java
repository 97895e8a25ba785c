package dev.cardinal.udf;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the executors of a Spark application have counted, those included that are gone: the last that each has reported.
 *
 * <p>There is one while an application runs with the {@link CardinalPlugin}. Thread-safe; lives on the driver.
 */
final class ApplicationTotals {
    private static volatile @Nullable ApplicationTotals current;

    private final Map<String, CounterSums> byExecutor = new ConcurrentHashMap<>();

    /** Those of the application that runs now, of which a process has one at a time. */
    static ApplicationTotals begin() {
        ApplicationTotals totals = new ApplicationTotals();
        current = totals;
        return totals;
    }

    /** What the application that runs now has counted, zero where it runs without the plugin. */
    static CounterSums now() {
        ApplicationTotals totals = current;
        return totals == null ? CounterSums.zero() : totals.sums();
    }

    void report(ExecutorReport report) {
        byExecutor.put(report.executor(), report.sums());
    }

    CounterSums sums() {
        return byExecutor.values().stream().reduce(CounterSums.zero(), CounterSums::plus);
    }

    /** The application has ended. */
    void end() {
        if (current == this) {
            current = null;
        }
    }
}
