package dev.cardinal.udf;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What a run of tasks took, summed over tasks in Spark accumulators: they show in the Spark UI while it runs.
 *
 * <p>Made on the driver; a task adds to its copy on an executor, from one thread. A task that is tried again counts its last try.
 */
public final class LabelMetrics implements CounterSink {
    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "cardinal.";

    private final EnumMap<Counter, LongAccumulator> accumulators = new EnumMap<>(Counter.class);
    private final SetAccumulator<DeviceUse> devices = new SetAccumulator<>();

    private LabelMetrics(Function<Counter, LongAccumulator> accumulator) {
        for (Counter counter : Counter.values()) {
            accumulators.put(counter, accumulator.apply(counter));
        }
    }

    /** New accumulators in a Spark application. */
    public static LabelMetrics register(SparkContext spark) {
        LabelMetrics metrics = new LabelMetrics(counter -> spark.longAccumulator(PREFIX + counter.id()));
        spark.register(metrics.devices, PREFIX + "devices");
        return metrics;
    }

    /** Accumulators that no Spark application knows of. */
    static LabelMetrics unregistered() {
        return new LabelMetrics(counter -> new LongAccumulator());
    }

    @Override
    public void add(Counter counter, long amount) {
        accumulator(counter).add(amount);
    }

    /** Says what this executor runs the model on; saying it again changes nothing. */
    void addDevice(DeviceUse use) {
        devices.add(use);
    }

    /** What executors ran the model on, in order of their ids. */
    public List<DeviceUse> devices() {
        return devices.value().stream()
                .sorted(Comparator.comparing(DeviceUse::executor).thenComparing(DeviceUse::device))
                .toList();
    }

    /** The sum so far: on the driver, over the tasks that have ended. */
    public long value(Counter counter) {
        return accumulator(counter).value();
    }

    @SuppressWarnings("NullAway") // every counter has one
    private LongAccumulator accumulator(Counter counter) {
        return accumulators.get(counter);
    }
}
