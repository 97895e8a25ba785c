package dev.cardinal.udf.metrics;

import dev.cardinal.udf.CardinalPlugin;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * The driver's half of the {@link CardinalPlugin}: receives the counters of executors, and registers gauges of their
 * sum over the whole application. The last report of a lost executor still counts.
 *
 * <p>Spark starts it and shuts it down; a process has one at a time. Thread-safe; lives on the driver.
 */
public final class DriverMetrics implements DriverPlugin {
    /** Prefix of the driver's gauges, which count the whole application. */
    private static final String APPLICATION = "application.";

    private static volatile @Nullable DriverMetrics current;

    private final Map<String, CounterSnapshot> byExecutor = new ConcurrentHashMap<>();

    /**
     * The message in which an executor reports its counters to the driver.
     *
     * @param executor Spark's id of the executor
     * @param counters its counts since it started
     */
    record Report(String executor, CounterSnapshot counters) implements Serializable {}

    /** Returns the counts of the current application's executors, all zero if it runs without the plugin. */
    static CounterSnapshot executors() {
        DriverMetrics metrics = current;
        return metrics == null ? CounterSnapshot.zero() : metrics.sum();
    }

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
        current = this;
        return Map.of();
    }

    @Override
    public void registerMetrics(String applicationId, PluginContext context) {
        CounterGauges.register(context.metricRegistry(), APPLICATION, this::sum);
    }

    @Override
    public @Nullable Object receive(Object message) {
        if (message instanceof Report report) {
            byExecutor.put(report.executor(), report.counters());
        }
        return null; // no answer
    }

    CounterSnapshot sum() {
        return byExecutor.values().stream().reduce(CounterSnapshot.zero(), CounterSnapshot::plus);
    }

    @Override
    public void shutdown() {
        if (current == this) {
            current = null;
        }
    }
}
