package dev.cardinal.udf.metrics;

import dev.cardinal.udf.CardinalPlugin;
import dev.cardinal.udf.device.DeviceUse;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * The counters of one run, summed over its tasks in Spark accumulators, which the Spark UI shows while the run lasts.
 *
 * <p>Created on the driver and serialized with every task; a task adds to its copy on an executor, from one thread. Of
 * a task that is retried only the last attempt counts, unless it had ended before its executor was lost.
 */
public final class LabelMetrics implements CounterSink {
    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "cardinal.";

    private final EnumMap<Counter, LongAccumulator> accumulators = new EnumMap<>(Counter.class);
    private final SetAccumulator<DeviceUse> devices = new SetAccumulator<>();
    /** Counts of the application's executors when this was created; on the driver only. */
    private final transient CounterSnapshot atStart = DriverMetrics.executors();

    private LabelMetrics(Function<Counter, LongAccumulator> accumulator) {
        for (Counter counter : Counter.values()) {
            accumulators.put(counter, accumulator.apply(counter));
        }
    }

    /** Creates and registers the accumulators of a run that starts after this call. */
    public static LabelMetrics register(SparkContext spark) {
        LabelMetrics metrics = new LabelMetrics(counter -> spark.longAccumulator(PREFIX + counter.id()));
        spark.register(metrics.devices, PREFIX + "devices");
        return metrics;
    }

    /** Creates accumulators that are not registered with a Spark application. */
    public static LabelMetrics unregistered() {
        return new LabelMetrics(counter -> new LongAccumulator());
    }

    @Override
    public void add(Counter counter, long amount) {
        accumulator(counter).add(amount);
    }

    /** Records what this executor runs the model on; recording it again changes nothing. */
    public void addDevice(DeviceUse use) {
        devices.add(use);
    }

    /** Returns what executors ran the model on, sorted by executor id. */
    public List<DeviceUse> devices() {
        return devices.value().stream()
                .sorted(Comparator.comparing(DeviceUse::executor).thenComparing(DeviceUse::device))
                .toList();
    }

    /** Returns the sum so far: on the driver, over the tasks that have ended. */
    public long value(Counter counter) {
        return accumulator(counter).value();
    }

    /**
     * Returns the sum so far, with running tasks, about a second old.
     *
     * <p>An image counts again if its task is retried. Without the {@link CardinalPlugin} the sum changes only when
     * tasks end. Two concurrent runs in one Spark application count each other's images. Thread-safe; for the driver
     * only.
     */
    public long liveValue(Counter counter) {
        return Math.max(value(counter), DriverMetrics.executors().value(counter) - atStart.value(counter));
    }

    @SuppressWarnings("NullAway") // every counter has one
    private LongAccumulator accumulator(Counter counter) {
        return accumulators.get(counter);
    }
}
