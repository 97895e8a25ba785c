package dev.cardinal.job.label;

import dev.cardinal.job.source.Listing;
import dev.cardinal.udf.ImageRef;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Appends a run's images to a predictions table: each image that the table does not hold, once, in commits, under the table's
 * lock. Lives on the driver; not thread-safe.
 */
final class TableWriter {

    /** Labels images, as a dataset that does it when it is written. */
    interface Labeller {
        Dataset<Row> rows(List<ImageRef> images);
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

    LabelResult write(LabelRun run, Listing listing) throws IOException {
        try (RunLock lock = table.lock(clock)) {
            // Only now is it certain that no other run has made the table in the meantime.
            table.requireCompatible(run.model(), RecordedOptions.changingRows(run.request()));
            @Nullable RunRecord previous = table.lastRun().orElse(null);
            progress.step("comparing with the table");
            Remaining remaining = remaining(listing, run.request().limit());
            return append(run, listing, remaining, lock, previous);
        }
    }

    private LabelResult append(
            LabelRun run, Listing listing, Remaining remaining, RunLock lock, @Nullable RunRecord previous)
            throws IOException {
        Map<String, Long> before = table.counts(spark);
        Set<String> filesBefore = table.files();
        LabelRun.Progress nothing = new LabelRun.Progress(Map.of(), remaining.changed(), listing.skipped(), 0, null);
        if (previous == null || !remaining.images().isEmpty()) {
            table.recordLast(run.record(RunRecord.RUNNING, null, before, nothing));
        }
        progress.labelling(remaining.images().size(), run.metrics().images()::value);
        run.started();
        int commits = 0;
        try {
            int size = run.request().imagesPerCommit();
            for (int start = 0; start < remaining.images().size(); start += size) {
                int end = Math.min(start + size, remaining.images().size());
                lock.requireHeld();
                table.removeLeftovers();
                table.append(labeller.rows(remaining.images().subList(start, end)));
                commits++;
                run.ended();
            }
        } catch (Exception e) { // a failed task comes as Spark's checked exception, which Scala does not declare
            recordFailure(run, listing, remaining, before, filesBefore, commits, e);
            throw e;
        }
        progress.finished();
        StatusSummary summary = summary(filesBefore);
        LabelResult result = run.result(summary, listing, remaining, commits, List.of());
        record(run, result, sum(before, summary.counts()), previous);
        return result;
    }

    private void recordFailure(
            LabelRun run,
            Listing listing,
            Remaining remaining,
            Map<String, Long> before,
            Set<String> filesBefore,
            int commits,
            Exception failure) {
        try {
            Map<String, Long> counts = summary(filesBefore).counts();
            RunRecord record = run.record(
                    RunRecord.FAILED,
                    1,
                    sum(before, counts),
                    new LabelRun.Progress(counts, remaining.changed(), listing.skipped(), commits, failure.toString()));
            table.recordLast(record);
            table.recordRun(record);
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private void record(LabelRun run, LabelResult result, Map<String, Long> counts, @Nullable RunRecord previous)
            throws IOException {
        RunRecord record = run.record(
                result.gateExceeded() ? RunRecord.GATE_EXCEEDED : RunRecord.DONE,
                result.gateExceeded() ? 3 : 0,
                counts,
                new LabelRun.Progress(result.counts(), result.changed(), result.skipped(), result.commits(), null));
        if (previous == null || result.commits() > 0) {
            table.recordLast(record);
        }
        table.recordRun(record);
    }

    /** Leaves out the images whose path is in the table. */
    private Remaining remaining(Listing listing, long limit) throws IOException {
        Optional<Dataset<Row>> rows = table.rows(spark);
        if (rows.isEmpty()) {
            return new Remaining(limited(listing.images(), limit), 0, 0);
        }
        StructType schema = new StructType()
                .add("path", DataTypes.StringType)
                .add("length", DataTypes.LongType)
                .add("modified", DataTypes.TimestampType);
        List<Row> listed = listing.images().stream()
                .map(image -> RowFactory.create(image.path(), image.length(), new Timestamp(image.modifiedMillis())))
                .toList();
        Column hasChanged = functions
                .col("length")
                .notEqual(functions.col("labelled_length"))
                .or(functions.col("modified").notEqual(functions.col("labelled_modified")));
        Dataset<Row> held = spark.createDataFrame(listed, schema)
                .join(
                        rows.get()
                                .select(
                                        functions.col("path"),
                                        functions.col("length").as("labelled_length"),
                                        functions.col("modified").as("labelled_modified")),
                        "path")
                .select(functions.col("path"), hasChanged.as("changed"));
        List<Row> found = held.collectAsList();
        Set<String> labelled = found.stream().map(row -> row.getString(0)).collect(Collectors.toSet());
        long changed = found.stream().filter(row -> row.getBoolean(1)).count();
        List<ImageRef> images = listing.images().stream()
                .filter(image -> !labelled.contains(image.path()))
                .toList();
        return new Remaining(limited(images, limit), labelled.size(), changed);
    }

    private static List<ImageRef> limited(List<ImageRef> images, long limit) {
        return limit < images.size() ? images.subList(0, (int) limit) : images;
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
