package dev.cardinal.job.label;

import static java.util.Objects.requireNonNull;

import dev.cardinal.job.source.ImageListing;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * One table of a run: its lock, its plan, and what the run has done so far. Closing removes what commits left that did not end, and
 * releases the lock. Lives on the driver; not thread-safe, except for appends.
 */
final class TableRun implements AutoCloseable {
    private final SparkSession spark;
    private final PredictionTable table;
    private final LabelRun run;
    private @Nullable RunLock held;
    private @Nullable RunRecord previous;
    private @Nullable WorkPlan planned;
    private RowStore.Commit all = RowStore.Commit.nothing();
    private int commits;

    TableRun(SparkSession spark, PredictionTable table, LabelRun run) {
        this.spark = spark;
        this.table = table;
        this.run = run;
    }

    PredictionTable table() {
        return table;
    }

    LabelRun run() {
        return run;
    }

    private RunLock lock() {
        return requireNonNull(held, "not locked");
    }

    /** Returns the plan; only after {@link #plan(ImageListing, LabelProgress)}. */
    WorkPlan plan() {
        return requireNonNull(planned, "not planned");
    }

    /**
     * Takes the lock.
     *
     * @throws CardinalException if another run writes to the table
     */
    void lock(Clock clock) throws IOException {
        held = table.lock(clock);
    }

    /** Checks that this run still holds the lock. */
    void requireHeld() throws IOException {
        lock().requireHeld();
    }

    /** Makes the table ready, and compares the images found with its rows. */
    void plan(ImageListing found, LabelProgress progress) throws IOException {
        // Only with the lock is it certain that no other run created the table in the meantime.
        table.requireCompatible(run.model(), RecordedOptions.changingRows(run.request()));
        previous = table.lastRun().orElse(null);
        if (previous != null) {
            run.follows(previous);
        }
        table.store().recover(); // even if there is nothing to label
        table.removeScratch();
        if (run.request().table().verify()) {
            verify(progress);
        }
        progress.step("comparing with the table");
        planned = WorkPlan.of(
                found,
                table.store().rows(spark),
                run.request().table(),
                run.request().limit());
    }

    /** Records that the run has begun. */
    void begin() throws IOException {
        if (previous == null || plan().counts().remaining() > 0) {
            table.recordLast(record(RunRecord.RUNNING, null, null));
        }
    }

    /** Appends rows of images that have none. Thread-safe: several appends may overlap. */
    RowStore.Commit append(Dataset<Row> rows, long images) throws IOException {
        return table.store().append(rows, images, lock());
    }

    /** Replaces the rows of images. */
    RowStore.Commit replace(Dataset<Row> rows, long images) throws IOException {
        return table.store().replace(rows, images, lock());
    }

    /** Counts a commit, and records it. */
    void committed(RowStore.Commit commit) {
        all = all.plus(commit);
        commits++;
        run.ended();
        try {
            table.recordLast(record(RunRecord.RUNNING, null, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes rows that the store keeps back until it is known how many are not ok, and returns the result. */
    LabelResult publish(LabelProgress progress) throws IOException {
        LabelResult result = run.result(all, plan().counts(), commits, List.of());
        boolean isPublished =
                !result.gateExceeded() && table.store().publish(run.request().maxBadFraction(), lock());
        table.store().withheld().ifPresent(progress::note);
        return isPublished ? result : result.withGateExceeded();
    }

    /** Records that the run has ended. */
    void end(LabelResult result) throws IOException {
        RunRecord record = record(
                result.gateExceeded() ? RunRecord.GATE_EXCEEDED : RunRecord.DONE, result.gateExceeded() ? 3 : 0, null);
        if (previous == null || commits > 0 || !previous.isFinished()) {
            table.recordLast(record);
        }
        table.recordRun(record);
    }

    /** Records that the run has failed. */
    void recordFailure(Exception failure) {
        if (!lock().isHeld()) {
            return; // the table's records belong to another run
        }
        try {
            RunRecord record = record(RunRecord.FAILED, 1, failure.toString());
            table.recordLast(record);
            table.recordRun(record);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private RunRecord record(String outcome, @Nullable Integer exitCode, @Nullable String error) throws IOException {
        return run.record(
                outcome,
                exitCode,
                table.store().totals(spark),
                new LabelRun.Progress(all.written().counts(), all.replaced(), plan().counts(), commits, error));
    }

    /** Reads all rows and checks that every image has one, and that their numbers are those that the table keeps. */
    private void verify(LabelProgress progress) throws IOException {
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
        Map<String, Long> counted = CatalogRowStore.byStatus(rows.get());
        Map<String, Long> kept = table.store().totals(spark);
        if (!counted.equals(kept)) {
            throw CardinalException.output(table.directory() + " has other rows than its records say: " + counted
                    + " instead of " + kept + "; delete _cardinal/files.json, and the next run counts the rows again");
        }
    }

    @Override
    public void close() throws IOException {
        if (held == null) {
            return;
        }
        try (RunLock lock = held) {
            if (planned != null && lock.isHeld()) {
                table.removeScratch();
                table.store().recover();
            }
        }
    }
}
