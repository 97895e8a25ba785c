package dev.cardinal.job.label;

import dev.cardinal.job.label.Bottleneck.Stage;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.options.LabelOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds the {@link Bottleneck} of a run in the counters of its tasks. */
public final class BottleneckFinder {
    /** A stage other than the model matters if it takes this share of the tasks' time: without it they would be a third faster. */
    private static final double MATTERS = 0.25;

    private static final double HALF = 0.5;

    private BottleneckFinder() {}

    /**
     * Finds the bottleneck of a run.
     *
     * @param sums counters of its tasks
     * @param seconds its wall time
     * @param cores number of tasks that can run at once, 0 if unknown
     * @param options the requested options
     * @param devices the devices that the executors used
     * @return empty if the tasks counted no time
     */
    public static Optional<Bottleneck> find(
            CounterSnapshot sums, double seconds, int cores, LabelOptions options, List<DeviceUse> devices) {
        double wait = sums.seconds(Counter.WAIT_NANOS);
        double infer = sums.seconds(Counter.INFER_NANOS);
        double write = sums.seconds(Counter.WRITE_NANOS);
        double model = wait + infer;
        double busy = Math.max(model, write); // rows are written while the model runs other batches
        if (busy <= 0) {
            return Optional.empty();
        }
        double available = seconds * cores;
        if (busy < HALF * available) {
            return Optional.of(tasks(busy / available));
        }
        if (write > model) {
            return Optional.of(write(cores == 0 ? 1 : Math.min(1, write / available)));
        }
        if (wait >= MATTERS * model) {
            return Optional.of(heldUp(wait / model, available, sums, options.execution()));
        }
        return Optional.of(model(infer / model, sums, options, devices));
    }

    private static Bottleneck tasks(double share) {
        return new Bottleneck(
                Stage.TASKS,
                share,
                percent(share)
                        + " of the cores' time was work: fewer and larger commits (--images-per-commit), and shards"
                        + " that can be split (not .gz), would keep all cores busy");
    }

    private static Bottleneck write(double share) {
        return new Bottleneck(
                Stage.WRITE,
                share,
                "writing took " + percent(share)
                        + " of the time: a faster store for --output, or less to --emit and --keep, would help");
    }

    /**
     * Files are fetched by one thread for each prefetched image, a shard by one thread. Decoding uses one thread for each core;
     * it is not the bottleneck if it leaves most cores idle.
     */
    private static Bottleneck heldUp(double share, double available, CounterSnapshot sums, ExecutionOptions execution) {
        double fetching = sums.seconds(Counter.FETCH_NANOS) / execution.prefetch();
        double decoding = sums.seconds(Counter.DECODE_NANOS);
        if (decoding > fetching && decoding >= MATTERS * available) {
            return new Bottleneck(
                    Stage.DECODE,
                    share,
                    "decoding held the model up for " + percent(share)
                            + " of the time: more cores for each executor, or smaller images, would help");
        }
        return new Bottleneck(
                Stage.FETCH,
                share,
                "reading held the model up for " + percent(share) + " of the time: for small files raise --prefetch ("
                        + execution.prefetch()
                        + ") or pack them into tar shards; have shards in more files than tasks");
    }

    private static Bottleneck model(double share, CounterSnapshot sums, LabelOptions options, List<DeviceUse> devices) {
        double fill = sums.batchFill(options.imagesPerBatch()).orElse(1);
        if (fill < HALF) {
            return new Bottleneck(
                    Stage.BATCHES,
                    share,
                    "batches were only " + percent(fill)
                            + " full: images of one size, fewer and larger tasks, or a lower --batch-size ("
                            + options.execution().batchSize() + ") would help");
        }
        return new Bottleneck(
                Stage.MODEL,
                share,
                "the model took " + percent(share) + " of the time: " + String.join(", ", remedies(options, devices))
                        + ", or a smaller model would help");
    }

    private static List<String> remedies(LabelOptions options, List<DeviceUse> devices) {
        List<String> remedies = new ArrayList<>();
        if (options.image().views() != Views.ONE) {
            remedies.add("fewer --views");
        }
        if (options.execution().precision() == PrecisionChoice.FP32) {
            remedies.add("--precision auto");
        }
        remedies.add(devices.stream().anyMatch(use -> use.device().startsWith("gpu")) ? "more GPUs" : "a GPU");
        return remedies;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
