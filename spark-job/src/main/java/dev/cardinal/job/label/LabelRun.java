package dev.cardinal.job.label;

import dev.cardinal.job.Versions;
import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSums;
import dev.cardinal.udf.LabelMetrics;
import dev.cardinal.udf.LiveCounters;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** One run's request, clock readings and counters, from which its result and its record are made. Not thread-safe. */
final class LabelRun {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double THOUSANDTHS = 1e3;

    private final SparkContext spark;
    private final LabelRequest request;
    private final RunRecord.Model model;
    private final @Nullable Long macs;
    private final LabelMetrics metrics;
    private final LiveCounters live;
    private final Clock clock;
    private final Instant begun;
    private final Set<String> unsplit = new TreeSet<>();
    private RunRecord.@Nullable Measured earlier;
    private long startNanos;
    private long endNanos;

    LabelRun(
            SparkContext spark,
            LabelRequest request,
            RunRecord.Model model,
            @Nullable Long macs,
            LabelMetrics metrics,
            Clock clock) {
        this.spark = spark;
        this.request = request;
        this.model = model;
        this.macs = macs;
        this.metrics = metrics;
        this.live = LiveCounters.begin(metrics);
        this.clock = clock;
        this.begun = now();
    }

    LabelRequest request() {
        return request;
    }

    RunRecord.Model model() {
        return model;
    }

    /** Images labelled so far, about a second old; those of a task that is tried again count again. Thread-safe. */
    long imagesSoFar() {
        return live.value(Counter.IMAGES);
    }

    /** Files that one task has to read whole; to be added to. */
    Set<String> unsplit() {
        return unsplit;
    }

    /** The table's record is that of another run until now. */
    void follows(RunRecord previous) {
        earlier = previous.speed();
    }

    /** The first task is about to start. */
    void started() {
        startNanos = System.nanoTime();
        endNanos = startNanos;
    }

    /** A commit has ended. */
    void ended() {
        endNanos = System.nanoTime();
    }

    /** What came of the run, its rows only where there is no table. */
    LabelResult result(StatusSummary summary, WorkPlan.Counts plan, int commits, List<Row> rows) {
        long labelled = summary.total();
        CounterSums sums = sums();
        boolean gateExceeded = labelled > 0 && (double) summary.notOk() / labelled > request.maxBadFraction();
        return new LabelResult(
                model.id(),
                labelled,
                plan.found(),
                plan.alreadyLabelled(),
                plan.changed(),
                plan.skipped(),
                summary.counts(),
                summary.examples(),
                seconds(),
                stageSeconds(sums),
                sums.value(Counter.BYTES),
                batchFill(sums),
                bottleneck(sums),
                commits,
                metrics.devices(),
                List.copyOf(unsplit),
                rows,
                gateExceeded);
    }

    RunRecord record(String outcome, @Nullable Integer exitCode, Map<String, Long> tableCounts, Progress at) {
        double seconds = seconds();
        long labelled = RunRecord.images(at.counts());
        double imagesPerSecond = seconds == 0 ? 0 : labelled / seconds;
        RunRecord.Measured measured =
                RunRecord.isFinished(outcome) ? RunRecord.Measured.of(labelled, imagesPerSecond) : null;
        CounterSums sums = sums();
        return new RunRecord(
                outcome,
                exitCode,
                begun.toString(),
                exitCode == null ? null : now().toString(),
                model,
                RecordedOptions.all(request),
                Versions.all(),
                tableCounts,
                at.counts(),
                at.plan().changed(),
                at.plan().skipped(),
                imagesPerSecond,
                measured == null ? earlier : measured,
                macs,
                stageSeconds(sums),
                sums.value(Counter.BYTES),
                batchFill(sums),
                bottleneck(sums).orElse(null),
                at.commits(),
                metrics.devices(),
                at.error());
    }

    /**
     * How far a run has come.
     *
     * @param counts its rows by status
     * @param plan what it was to do
     * @param commits its appends
     * @param error why it failed, or null
     */
    record Progress(
            Map<String, Long> counts,
            WorkPlan.Counts plan,
            int commits,
            @Nullable String error) {}

    private double seconds() {
        return (endNanos - startNanos) / NANOS_PER_SECOND;
    }

    private CounterSums sums() {
        return CounterSums.of(metrics::value);
    }

    private static Map<String, Double> stageSeconds(CounterSums sums) {
        Map<String, Double> stages = new LinkedHashMap<>();
        stages.put("fetch", sums.seconds(Counter.FETCH_NANOS));
        stages.put("decode", sums.seconds(Counter.DECODE_NANOS));
        stages.put("wait", sums.seconds(Counter.WAIT_NANOS));
        stages.put("infer", sums.seconds(Counter.INFER_NANOS));
        stages.put("write", sums.seconds(Counter.WRITE_NANOS));
        return stages;
    }

    private @Nullable Double batchFill(CounterSums sums) {
        OptionalDouble fill = sums.batchFill(request.options().engine().batchSize());
        return fill.isPresent() ? Math.round(THOUSANDTHS * fill.getAsDouble()) / THOUSANDTHS : null;
    }

    private Optional<Bottleneck> bottleneck(CounterSums sums) {
        return Bottleneck.of(sums, seconds(), cores(), request.options().engine(), metrics.devices());
    }

    /** Tasks that run at once, as far as it is known; 0 where the user has set Spark's number of tasks instead. */
    private int cores() {
        return spark.conf().contains("spark.default.parallelism")
                ? 0
                : spark.defaultParallelism() / spark.conf().getInt("spark.task.cpus", 1);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
