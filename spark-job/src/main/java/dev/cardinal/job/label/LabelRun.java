package dev.cardinal.job.label;

import dev.cardinal.job.common.Versions;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import dev.cardinal.udf.metrics.LabelMetrics;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** Collects a run's request, clock readings and counters, and builds its result and its record from them. Not thread-safe. */
final class LabelRun {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double THOUSANDTHS = 1e3;

    private final SparkContext spark;
    private final LabelRequest request;
    private final RunRecord.RecordedModel model;
    private final @Nullable Long macs;
    private final LabelMetrics metrics;
    private final Clock clock;
    private final Instant begun;
    private final Set<String> unsplit = new TreeSet<>();
    private RunRecord.@Nullable Measured earlier;
    private long startNanos;
    private long endNanos;

    LabelRun(
            SparkContext spark,
            LabelRequest request,
            RunRecord.RecordedModel model,
            @Nullable Long macs,
            LabelMetrics metrics,
            Clock clock) {
        this.spark = spark;
        this.request = request;
        this.model = model;
        this.macs =
                macs == null ? null : macs * request.options().image().views().count();
        this.metrics = metrics;
        this.clock = clock;
        this.begun = now();
    }

    LabelRequest request() {
        return request;
    }

    RunRecord.RecordedModel model() {
        return model;
    }

    /**
     * Returns the number of rows that the pass has computed so far for all its tables, about a second old; images of retried tasks
     * count again. Thread-safe.
     */
    long imagesSoFar() {
        return metrics.liveValue(Counter.IMAGES);
    }

    /** Returns the mutable list of files that a single task has to read whole. */
    Set<String> unsplit() {
        return unsplit;
    }

    /** Marks the moment from which the table's record is this run's; before, it is another run's. */
    void follows(RunRecord previous) {
        earlier = previous.speed();
    }

    /** Marks the start of the first task. */
    void started() {
        startNanos = System.nanoTime();
        endNanos = startNanos;
    }

    /** Marks the end of a commit. */
    void ended() {
        endNanos = System.nanoTime();
    }

    /** Returns the result; it contains rows only if there is no table. */
    LabelResult result(RowStore.Commit all, WorkPlan.PlanCounts plan, int commits, List<Row> rows) {
        StatusSummary summary = all.written();
        long labeled = summary.total();
        boolean gateExceeded = labeled > 0 && (double) summary.notOk() / labeled > request.maxBadFraction();
        return new LabelResult(
                model.id(),
                new LabelResult.InputCounts(plan.found(), plan.alreadyLabeled(), plan.changed(), plan.skipped()),
                summary.counts(),
                all.replaced(),
                summary.examples(),
                seconds(),
                statistics(commits),
                List.copyOf(unsplit),
                rows,
                gateExceeded);
    }

    RunRecord record(String outcome, @Nullable Integer exitCode, Map<String, Long> tableCounts, Progress at) {
        double seconds = seconds();
        long labeled = RunRecord.images(at.counts());
        double imagesPerSecond = seconds == 0 ? 0 : labeled / seconds;
        RunRecord.Measured measured =
                RunRecord.isFinished(outcome) ? RunRecord.Measured.of(labeled, imagesPerSecond) : null;
        return new RunRecord(
                new RunRecord.State(outcome, exitCode, begun.toString(), exitCode == null ? null : now().toString()),
                new RunRecord.Setup(model, RecordedOptions.all(request), Versions.all()),
                new RunRecord.Images(
                        tableCounts, at.counts(), at.plan().changed(), at.plan().skipped(), at.replaced()),
                new RunRecord.Performance(imagesPerSecond, measured == null ? earlier : measured, macs),
                statistics(at.commits()),
                at.error());
    }

    /**
     * Builds the record of the run's current state.
     *
     * @param counts its rows by status
     * @param replaced rows that it replaced, by their former status
     * @param plan the planned work
     * @param commits number of its appends
     * @param error why it failed, or null
     */
    record Progress(
            Map<String, Long> counts,
            Map<String, Long> replaced,
            WorkPlan.PlanCounts plan,
            int commits,
            @Nullable String error) {}

    /**
     * Returns the size of the next commit.
     *
     * @param tables number of tables of the pass, each with a row for an image
     */
    int imagesPerCommit(int tables) {
        double elapsed = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
        return request.imagesPerCommit()
                .orElseGet(() -> CommitSize.next(
                        imagesSoFar() / tables, elapsed, Runtime.getRuntime().maxMemory()));
    }

    private double seconds() {
        return (endNanos - startNanos) / NANOS_PER_SECOND;
    }

    private RunStatistics statistics(int commits) {
        CounterSnapshot sums = CounterSnapshot.of(metrics::value);
        return new RunStatistics(
                stageSeconds(sums),
                sums.value(Counter.BYTES),
                batchFill(sums),
                bottleneck(sums),
                commits,
                metrics.devices());
    }

    private static Map<String, Double> stageSeconds(CounterSnapshot sums) {
        Map<String, Double> stages = new LinkedHashMap<>();
        stages.put("fetch", sums.seconds(Counter.FETCH_NANOS));
        stages.put("decode", sums.seconds(Counter.DECODE_NANOS));
        stages.put("wait", sums.seconds(Counter.WAIT_NANOS));
        stages.put("infer", sums.seconds(Counter.INFER_NANOS));
        stages.put("write", sums.seconds(Counter.WRITE_NANOS));
        return stages;
    }

    private @Nullable Double batchFill(CounterSnapshot sums) {
        OptionalDouble fill = sums.batchFill(request.options().imagesPerBatch());
        return fill.isPresent() ? Math.round(THOUSANDTHS * fill.getAsDouble()) / THOUSANDTHS : null;
    }

    private @Nullable Bottleneck bottleneck(CounterSnapshot sums) {
        return BottleneckFinder.find(sums, seconds(), cores(), request.options(), metrics.devices())
                .orElse(null);
    }

    /** Returns the number of tasks that run at once; 0 if unknown, because the user has set Spark's number of tasks. */
    private int cores() {
        return spark.conf().contains("spark.default.parallelism")
                ? 0
                : spark.defaultParallelism() / spark.conf().getInt("spark.task.cpus", 1);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
