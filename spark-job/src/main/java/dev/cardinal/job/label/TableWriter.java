package dev.cardinal.job.label;

import dev.cardinal.job.source.FoundImages;
import dev.cardinal.udf.ImageRef;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Appends a run's images to a predictions table: each image that the table does not hold, once, in commits, under the table's
 * lock. Lives on the driver; not thread-safe.
 */
final class TableWriter {

    /** Labels images, as a dataset that does it when it is written. */
    interface Labeller {
        Dataset<Row> rows(PartitionPlan plan);
    }

    private final SparkSession spark;
    private final PredictionTable table;
    private final LabelProgress progress;
    private final Clock clock;
    private final Labeller labeller;

    TableWriter(SparkSession spark, PredictionTable table, LabelProgress progress, Clock clock, Labeller labeller) {
        this.spark = spark;
        this.table = table;
        this.progress = progress;
        this.clock = clock;
        this.labeller = labeller;
    }

    LabelResult write(LabelRun run, FoundImages found) throws IOException {
        try (RunLock lock = table.lock(clock)) {
            // Only now is it certain that no other run has made the table in the meantime.
            table.requireCompatible(run.model(), RecordedOptions.changingRows(run.request()));
            @Nullable RunRecord previous = table.lastRun().orElse(null);
            if (previous != null) {
                run.follows(previous);
            }
            progress.step("comparing with the table");
            WorkPlan plan = WorkPlan.of(found, table.rows(spark), run.request().limit());
            try {
                return append(run, plan, lock, previous);
            } finally {
                if (lock.isHeld()) {
                    table.removeScratch();
                }
            }
        }
    }

    private LabelResult append(LabelRun run, WorkPlan plan, RunLock lock, @Nullable RunRecord previous)
            throws IOException {
        Map<String, Long> before = table.counts(spark);
        Set<String> filesBefore = table.files();
        LabelRun.Progress nothing = new LabelRun.Progress(Map.of(), plan.counts(), 0, null);
        if (previous == null || plan.counts().remaining() > 0) {
            table.recordLast(run.record(RunRecord.RUNNING, null, before, nothing));
        }
        progress.labelling(plan.counts().remaining(), run::imagesSoFar);
        run.started();
        int commits = 0;
        try {
            table.removeScratch();
            table.removeLeftovers(); // also where there is nothing left to do
            int cores = spark.sparkContext().defaultParallelism();
            Iterator<List<ImageRef>> groups = plan.commits(run.request().imagesPerCommit(), table.scratch());
            while (groups.hasNext()) {
                lock.requireHeld();
                table.removeLeftovers();
                PartitionPlan tasks = PartitionPlan.of(groups.next(), cores);
                run.unsplit().addAll(tasks.unsplit());
                table.append(labeller.rows(tasks));
                lock.requireHeld();
                commits++;
                run.ended();
            }
        } catch (Exception e) { // a failed task comes as Spark's checked exception, which Scala does not declare
            recordFailure(run, plan, lock, before, filesBefore, commits, e);
            throw e;
        }
        progress.finished();
        StatusSummary summary = summary(filesBefore);
        LabelResult result = run.result(summary, plan.counts(), commits, List.of());
        record(run, result, plan, sum(before, summary.counts()), previous);
        return result;
    }

    private void recordFailure(
            LabelRun run,
            WorkPlan plan,
            RunLock lock,
            Map<String, Long> before,
            Set<String> filesBefore,
            int commits,
            Exception failure) {
        if (!lock.isHeld()) {
            return; // the table's records are another run's now
        }
        try {
            Map<String, Long> counts = summary(filesBefore).counts();
            RunRecord record = run.record(
                    RunRecord.FAILED,
                    1,
                    sum(before, counts),
                    new LabelRun.Progress(counts, plan.counts(), commits, failure.toString()));
            table.recordLast(record);
            table.recordRun(record);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void record(
            LabelRun run, LabelResult result, WorkPlan plan, Map<String, Long> counts, @Nullable RunRecord previous)
            throws IOException {
        RunRecord record = run.record(
                result.gateExceeded() ? RunRecord.GATE_EXCEEDED : RunRecord.DONE,
                result.gateExceeded() ? 3 : 0,
                counts,
                new LabelRun.Progress(result.counts(), plan.counts(), result.commits(), null));
        if (previous == null || result.commits() > 0 || !previous.isFinished()) {
            table.recordLast(record);
        }
        table.recordRun(record);
    }

    /** The rows in files that this run has added. */
    private StatusSummary summary(Set<String> filesBefore) throws IOException {
        List<String> added = new ArrayList<>(table.files());
        added.removeAll(filesBefore);
        return added.isEmpty() ? StatusSummary.empty() : StatusSummary.of(table.read(spark, added));
    }

    private static Map<String, Long> sum(Map<String, Long> first, Map<String, Long> second) {
        Map<String, Long> sum = new TreeMap<>(first);
        second.forEach((status, count) -> sum.merge(status, count, Long::sum));
        return sum;
    }
}
