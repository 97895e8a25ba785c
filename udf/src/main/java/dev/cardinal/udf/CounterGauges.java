package dev.cardinal.udf;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.Supplier;

/** Counters as Spark's metrics system shows them: counts as they are, times in seconds. */
final class CounterGauges {
    private static final String NANOS = "Nanos";
    private static final String SECONDS = "Seconds";

    private CounterGauges() {}

    /** Adds a gauge for every counter: {@code <prefix>images}, {@code <prefix>fetchSeconds} and so on. */
    static void register(MetricRegistry registry, String prefix, Supplier<CounterSums> sums) {
        for (Counter counter : Counter.values()) {
            registry.register(prefix + name(counter), gauge(counter, sums));
        }
    }

    private static Gauge<Number> gauge(Counter counter, Supplier<CounterSums> sums) {
        return isTime(counter)
                ? () -> sums.get().seconds(counter)
                : () -> sums.get().value(counter);
    }

    private static String name(Counter counter) {
        String id = counter.id();
        return isTime(counter) ? id.substring(0, id.length() - NANOS.length()) + SECONDS : id;
    }

    private static boolean isTime(Counter counter) {
        return counter.id().endsWith(NANOS);
    }
}
