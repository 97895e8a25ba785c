package dev.cardinal.job.label;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.source.ImageListing;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Appends rows for a run's images to predictions tables, one row for each image that has none, in commits, under the tables'
 * locks. Each table gets the rows that a run of its own would append. Lives on the driver; not thread-safe.
 */
final class TableWriter {

    private static final int OVERLAPPING = 2;

    /** Labels images lazily: as a dataset that does the work when it is written. */
    interface Labeler {
        /** Returns the rows of all tables; the {@code model} column says which table a row belongs to. */
        Dataset<Row> rows(List<Work> work);
    }

    /**
     * Images that the same tables need.
     *
     * @param tasks the images
     * @param tables indices of the tables
     */
    record Work(PartitionPlan tasks, List<Integer> tables) {}

    private final SparkSession spark;
    private final LabelProgress progress;
    private final Clock clock;
    private final Labeler labeler;

    TableWriter(SparkSession spark, LabelProgress progress, Clock clock, Labeler labeler) {
        this.spark = spark;
        this.progress = progress;
        this.clock = clock;
        this.labeler = labeler;
    }

    /**
     * Labels the images found.
     *
     * @param tables the tables; all runs have the same options, except for the model and the output
     * @return a result for each table
     */
    List<LabelResult> write(List<TableRun> tables, ImageListing found) throws IOException {
        // The same order in every run: of two runs that want the same tables, one gets all.
        List<TableRun> inOrder = tables.stream()
                .sorted(Comparator.comparing(table -> table.table().directory().toString()))
                .toList();
        return withLocks(inOrder, () -> label(tables, found));
    }

    private interface Labeling {
        List<LabelResult> run() throws IOException;
    }

    private List<LabelResult> withLocks(List<TableRun> tables, Labeling labeling) throws IOException {
        if (tables.isEmpty()) {
            return labeling.run();
        }
        try (TableRun first = tables.get(0)) {
            first.lock(clock);
            return withLocks(tables.subList(1, tables.size()), labeling);
        }
    }

    private List<LabelResult> label(List<TableRun> tables, ImageListing found) throws IOException {
        for (TableRun table : tables) {
            table.plan(found, progress);
        }
        found.skipped().descriptions().forEach(each -> progress.note("skipped " + each));
        for (TableRun table : tables) {
            if (tables.size() > 1) {
                progress.note(describe(table));
            }
            table.begin();
        }
        long rows = tables.stream()
                .mapToLong(table -> table.plan().counts().remaining())
                .sum();
        progress.labeling(rows, tables.get(0).run()::imagesSoFar);
        tables.forEach(table -> table.run().started());
        List<LabelResult> results = new ArrayList<>();
        try {
            append(tables);
            replace(tables);
            for (TableRun table : tables) {
                results.add(table.publish(progress));
            }
        } catch (Exception e) { // a failed task throws Spark's checked exception, which Scala does not declare
            tables.forEach(table -> table.recordFailure(e));
            throw e;
        }
        progress.finished();
        for (int i = 0; i < tables.size(); i++) {
            tables.get(i).end(results.get(i));
        }
        return results;
    }

    private static String describe(TableRun table) {
        return table.run().request().output().orElseThrow() + ": "
                + Format.count(table.plan().counts().remaining(), "image") + " to label with "
                + table.run().model().id();
    }

    /** Labels the images without a row. A commit's tasks begin while the last ones of the commit before it run. */
    private void append(List<TableRun> tables) throws IOException {
        List<Iterator<ImageRef>> images = new ArrayList<>();
        for (TableRun table : tables) {
            images.add(table.plan().added(table.table().scratch()));
        }
        Iterator<Map<List<Integer>, List<ImageRef>>> commits = commits(images, tables);
        try (CommitQueue queue = new CommitQueue(spark.sparkContext(), OVERLAPPING)) {
            while (commits.hasNext()) {
                queue.awaitRoom();
                requireHeld(tables);
                PlannedCommit commit = commit(commits.next(), tables);
                List<CommitQueue.TableCommit> writing = new ArrayList<>();
                commit.images()
                        .forEach((table, number) -> writing.add(new CommitQueue.TableCommit(
                                () -> commit.rows().write(table.run().model().id(), rows -> table.append(rows, number)),
                                table::committed)));
                queue.add(writing);
            }
            queue.awaitAll();
        }
    }

    /** Labels the images whose rows must be replaced. */
    private void replace(List<TableRun> tables) throws IOException {
        List<Iterator<ImageRef>> images = new ArrayList<>();
        for (TableRun table : tables) {
            images.add(table.plan().repeated(table.table().scratch()));
        }
        Iterator<Map<List<Integer>, List<ImageRef>>> commits = commits(images, tables);
        while (commits.hasNext()) {
            requireHeld(tables);
            PlannedCommit commit = commit(commits.next(), tables);
            try (SharedRows rows = commit.rows()) {
                for (Map.Entry<TableRun, Long> each : commit.images().entrySet()) {
                    TableRun table = each.getKey();
                    table.committed(
                            rows.write(table.run().model().id(), ofTable -> table.replace(ofTable, each.getValue())));
                }
            }
        }
    }

    private static Iterator<Map<List<Integer>, List<ImageRef>>> commits(
            List<Iterator<ImageRef>> images, List<TableRun> tables) {
        LabelRun first = tables.get(0).run();
        return new CommitPlan(images, () -> first.imagesPerCommit(tables.size()));
    }

    private static void requireHeld(List<TableRun> tables) throws IOException {
        for (TableRun table : tables) {
            table.requireHeld();
        }
    }

    /**
     * A commit that has not begun.
     *
     * @param rows its rows
     * @param images number of its images that a table needs
     */
    private record PlannedCommit(SharedRows rows, Map<TableRun, Long> images) {}

    private PlannedCommit commit(Map<List<Integer>, List<ImageRef>> images, List<TableRun> tables) {
        List<Work> work = new ArrayList<>();
        Map<TableRun, Long> numbers = new LinkedHashMap<>();
        images.forEach((needed, ofThem) -> {
            PartitionPlan tasks = PartitionPlan.of(ofThem, spark.sparkContext().defaultParallelism());
            work.add(new Work(tasks, needed));
            for (int index : needed) {
                TableRun table = tables.get(index);
                table.run().unsplit().addAll(tasks.unsplit());
                numbers.merge(table, (long) ofThem.size(), Long::sum);
            }
        });
        return new PlannedCommit(new SharedRows(labeler.rows(work), numbers.size()), numbers);
    }
}
