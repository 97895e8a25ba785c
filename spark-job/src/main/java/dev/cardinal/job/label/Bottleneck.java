package dev.cardinal.job.label;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSums;
import dev.cardinal.udf.DeviceUse;
import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.EngineOptions.PrecisionChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a run waited for most, and what would make it faster.
 *
 * @param stage what it waited for
 * @param share of the tasks' time, 0 to 1: that stage's, or for {@link Stage#TASKS} all that they had
 * @param advice one line for the user
 */
public record Bottleneck(Stage stage, double share, String advice) {

    /** What a run can wait for. */
    public enum Stage {
        /** The model, with full batches. */
        @JsonProperty("model")
        MODEL,
        /** The model, with batches that were far from full. */
        @JsonProperty("batches")
        BATCHES,
        /** Images that were being read. */
        @JsonProperty("fetch")
        FETCH,
        /** Images that were being decoded and preprocessed. */
        @JsonProperty("decode")
        DECODE,
        /** Rows that were being written. */
        @JsonProperty("write")
        WRITE,
        /** Tasks: cores had none. */
        @JsonProperty("tasks")
        TASKS
    }

    /** A stage beside the model matters where it takes this share of the tasks' time: without it they were a third faster. */
    private static final double MATTERS = 0.25;

    private static final double HALF = 0.5;

    public Bottleneck {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must lie between 0 and 1, not " + share);
        }
    }

    /**
     * The bottleneck of a run.
     *
     * @param sums what its tasks have counted
     * @param seconds its wall time
     * @param cores tasks that can run at once, 0 where it is not known
     * @param engine how it was to be run
     * @param devices what it was run on
     * @return empty where its tasks have counted no time
     */
    public static Optional<Bottleneck> of(
            CounterSums sums, double seconds, int cores, EngineOptions engine, List<DeviceUse> devices) {
        double wait = sums.seconds(Counter.WAIT_NANOS);
        double infer = sums.seconds(Counter.INFER_NANOS);
        double write = sums.seconds(Counter.WRITE_NANOS);
        double model = wait + infer;
        double busy = Math.max(model, write); // rows are written while the model is asked about others
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
            return Optional.of(heldUp(wait / model, available, sums, engine));
        }
        return Optional.of(model(infer / model, sums, engine, devices));
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
     * Files are fetched in as many threads as images are prefetched, a shard in one; decoding goes on in as many as there are cores,
     * and is not to blame where it leaves most of them alone.
     */
    private static Bottleneck heldUp(double share, double available, CounterSums sums, EngineOptions engine) {
        double fetching = sums.seconds(Counter.FETCH_NANOS) / engine.prefetch();
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
                        + engine.prefetch() + ") or pack them into tar shards; have shards in more files than tasks");
    }

    private static Bottleneck model(double share, CounterSums sums, EngineOptions engine, List<DeviceUse> devices) {
        double fill = sums.batchFill(engine.batchSize()).orElse(1);
        if (fill < HALF) {
            return new Bottleneck(
                    Stage.BATCHES,
                    share,
                    "batches were only " + percent(fill)
                            + " full: images of one size, fewer and larger tasks, or a lower --batch-size ("
                            + engine.batchSize() + ") would help");
        }
        return new Bottleneck(
                Stage.MODEL,
                share,
                "the model took " + percent(share) + " of the time: " + String.join(", ", remedies(engine, devices))
                        + ", or a smaller model would help");
    }

    private static List<String> remedies(EngineOptions engine, List<DeviceUse> devices) {
        List<String> remedies = new ArrayList<>();
        if (engine.precision() == PrecisionChoice.FP32) {
            remedies.add("--precision auto");
        }
        remedies.add(devices.stream().anyMatch(use -> use.device().startsWith("gpu")) ? "more GPUs" : "a GPU");
        return remedies;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
