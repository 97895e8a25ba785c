package dev.cardinal.job.label;

import dev.cardinal.job.source.ImageListing;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Appends rows for a run's images to a predictions table, one row for each image that has none, in commits, under the table's
 * lock. Lives on the driver; not thread-safe.
 */
final class TableWriter {

    private static final int OVERLAPPING = 2;

    /** Labels images lazily: as a dataset that does the work when it is written. */
    interface Labeler {
        Dataset<Row> rows(PartitionPlan plan);
    }

    private final SparkSession spark;
    private final PredictionTable table;
    private final LabelProgress progress;
    private final Clock clock;
    private final Labeler labeler;

    TableWriter(SparkSession spark, PredictionTable table, LabelProgress progress, Clock clock, Labeler labeler) {
        this.spark = spark;
        this.table = table;
        this.progress = progress;
        this.clock = clock;
        this.labeler = labeler;
    }

    LabelResult write(LabelRun run, ImageListing found) throws IOException {
        try (RunLock lock = table.lock(clock)) {
            // Only with the lock is it certain that no other run created the table in the meantime.
            table.requireCompatible(run.model(), RecordedOptions.changingRows(run.request()));
            @Nullable RunRecord previous = table.lastRun().orElse(null);
            if (previous != null) {
                run.follows(previous);
            }
            table.store().recover(); // even if there is nothing to label
            table.removeScratch();
            if (run.request().table().verify()) {
                verify();
            }
            progress.step("comparing with the table");
            WorkPlan plan = WorkPlan.of(
                    found,
                    table.store().rows(spark),
                    run.request().table(),
                    run.request().limit());
            found.skipped().descriptions().forEach(each -> progress.note("skipped " + each));
            try {
                return append(run, plan, lock, previous);
            } finally {
                if (lock.isHeld()) {
                    table.removeScratch();
                    table.store().recover();
                }
            }
        }
    }

    private LabelResult append(LabelRun run, WorkPlan plan, RunLock lock, @Nullable RunRecord previous)
            throws IOException {
        Done done = new Done(run, plan);
        if (previous == null || plan.counts().remaining() > 0) {
            table.recordLast(done.record(RunRecord.RUNNING, null, null));
        }
        progress.labeling(plan.counts().remaining(), run::imagesSoFar);
        run.started();
        LabelResult result;
        try {
            append(run, plan, lock, done);
            replace(run, plan, lock, done);
            result = published(run.result(done.all, plan.counts(), done.commits, List.of()), run, lock);
        } catch (Exception e) { // a failed task throws Spark's checked exception, which Scala does not declare
            recordFailure(lock, done, e);
            throw e;
        }
        progress.finished();
        record(done, result, previous);
        return result;
    }

    /** Publishes rows that the store keeps back until it is known how many are not ok. */
    private LabelResult published(LabelResult result, LabelRun run, RunLock lock) throws IOException {
        boolean isPublished =
                !result.gateExceeded() && table.store().publish(run.request().maxBadFraction(), lock);
        table.store().withheld().ifPresent(progress::note);
        return isPublished ? result : result.withGateExceeded();
    }

    /** Labels the images without a row. A commit's tasks begin while the last ones of the commit before it run. */
    private void append(LabelRun run, WorkPlan plan, RunLock lock, Done done) throws IOException {
        Iterator<List<ImageRef>> groups = plan.commits(run::imagesPerCommit, table.scratch());
        try (CommitQueue queue = new CommitQueue(spark.sparkContext(), OVERLAPPING, done)) {
            while (groups.hasNext()) {
                queue.awaitRoom();
                lock.requireHeld();
                List<ImageRef> images = groups.next();
                Dataset<Row> rows = rows(images, run);
                queue.add(() -> table.store().append(rows, images.size(), lock));
            }
            queue.awaitAll();
        }
    }

    /** Labels the images whose rows must be replaced. */
    private void replace(LabelRun run, WorkPlan plan, RunLock lock, Done done) throws IOException {
        Iterator<List<ImageRef>> groups = plan.replacements(run::imagesPerCommit, table.scratch());
        while (groups.hasNext()) {
            lock.requireHeld();
            List<ImageRef> images = groups.next();
            done.accept(table.store().replace(rows(images, run), images.size(), lock));
        }
    }

    private Dataset<Row> rows(List<ImageRef> images, LabelRun run) {
        PartitionPlan tasks = PartitionPlan.of(images, spark.sparkContext().defaultParallelism());
        run.unsplit().addAll(tasks.unsplit());
        return labeler.rows(tasks);
    }

    /** What the run has done so far. Not thread-safe. */
    private final class Done implements Consumer<RowStore.Commit> {
        private final LabelRun run;
        private final WorkPlan plan;
        private RowStore.Commit all = RowStore.Commit.nothing();
        private int commits;

        Done(LabelRun run, WorkPlan plan) {
            this.run = run;
            this.plan = plan;
        }

        @Override
        public void accept(RowStore.Commit commit) {
            all = all.plus(commit);
            commits++;
            run.ended();
            try {
                table.recordLast(record(RunRecord.RUNNING, null, null));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private RunRecord record(String outcome, @Nullable Integer exitCode, @Nullable String error)
                throws IOException {
            return run.record(
                    outcome,
                    exitCode,
                    table.store().totals(spark),
                    new LabelRun.Progress(all.written().counts(), all.replaced(), plan.counts(), commits, error));
        }
    }

    private void recordFailure(RunLock lock, Done done, Exception failure) {
        if (!lock.isHeld()) {
            return; // the table's records belong to another run
        }
        try {
            RunRecord record = done.record(RunRecord.FAILED, 1, failure.toString());
            table.recordLast(record);
            table.recordRun(record);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void record(Done done, LabelResult result, @Nullable RunRecord previous) throws IOException {
        RunRecord record = done.record(
                result.gateExceeded() ? RunRecord.GATE_EXCEEDED : RunRecord.DONE, result.gateExceeded() ? 3 : 0, null);
        if (previous == null || done.commits > 0 || !previous.isFinished()) {
            table.recordLast(record);
        }
        table.recordRun(record);
    }

    /** Reads all rows and checks that every image has one, and that their numbers are those that the table keeps. */
    private void verify() throws IOException {
        Optional<Dataset<Row>> rows = table.store().rows(spark);
        if (rows.isEmpty()) {
            return;
        }
        progress.step("verifying the table");
        List<Row> twice =
                rows.get().groupBy("path").count().filter("count > 1").limit(1).collectAsList();
        if (!twice.isEmpty()) {
            throw CardinalException.output(
                    table.directory() + " has " + twice.get(0).getLong(1) + " rows of "
                            + twice.get(0).getString(0) + "; remove the files that another program has added");
        }
        Map<String, Long> counted = new TreeMap<>();
        rows.get()
                .groupBy("status")
                .count()
                .collectAsList()
                .forEach(row -> counted.put(row.getString(0), row.getLong(1)));
        Map<String, Long> kept = table.store().totals(spark);
        if (!counted.equals(kept)) {
            throw CardinalException.output(table.directory() + " has other rows than its records say: " + counted
                    + " instead of " + kept + "; delete _cardinal/files.json, and the next run counts the rows again");
        }
    }
}
