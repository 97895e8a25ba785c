package dev.cardinal.udf.metrics;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.function.Supplier;

/** Registers counters with Spark's metrics system: counts as they are, times in seconds. Stateless and thread-safe. */
final class CounterGauges {
    private static final String NANOS = "Nanos";
    private static final String SECONDS = "Seconds";

    private CounterGauges() {}

    /** Registers a gauge for every counter: {@code <prefix>images}, {@code <prefix>fetchSeconds} and so on. */
    static void register(MetricRegistry registry, String prefix, Supplier<CounterSnapshot> counters) {
        for (Counter counter : Counter.values()) {
            registry.register(prefix + name(counter), gauge(counter, counters));
        }
    }

    private static Gauge<Number> gauge(Counter counter, Supplier<CounterSnapshot> counters) {
        return isTime(counter)
                ? () -> counters.get().seconds(counter)
                : () -> counters.get().value(counter);
    }

    private static String name(Counter counter) {
        String id = counter.id();
        return isTime(counter) ? id.substring(0, id.length() - NANOS.length()) + SECONDS : id;
    }

    private static boolean isTime(Counter counter) {
        return counter.id().endsWith(NANOS);
    }
}
