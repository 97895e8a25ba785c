package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.FaultyFileSystem;
import dev.cardinal.job.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops commits, compactions and replacements of rows before each of their changes to the file system, as if the process had been
 * killed there. Every image has exactly one row for Cardinal's readers at once, and for every reader after the next run has begun.
 */
class TableCrashTest {
    private static final int FILES = 3;
    private static final int ROWS = 15;

    @TempDir
    private Path directory;

    private SparkSession spark;
    private RunLock lock;
    private int tables;

    @BeforeEach
    void takeLock() throws IOException {
        spark = TestSpark.session();
        Configuration configuration = new Configuration();
        lock = RunLock.acquire(
                FileSystem.getLocal(configuration).getRaw(),
                new org.apache.hadoop.fs.Path(directory + "/lock"),
                Clock.systemUTC());
    }

    @AfterEach
    void release() throws IOException {
        FaultyFileSystem.heal();
        lock.close();
    }

    private interface Change {
        void make(ParquetRowStore store) throws IOException;
    }

    @Test
    void compactionKeepsEveryRowOnceWhereverItStops() throws IOException {
        stopEverywhere(0, 1, this::compact, (table, store) -> {
            assertThat(summary(rows(store))).isEqualTo("15 15 12 0");
            store.recover();
            assertThat(summary(plain(table))).isEqualTo("15 15 12 0");
            compact(store);
            assertThat(summary(plain(table))).isEqualTo("15 15 12 0");
            assertThat(store.files()).hasSize(1);
        });
    }

    @Test
    void replacementKeepsEveryRowOnceWhereverItStops() throws IOException {
        stopEverywhere(1, 3, this::replace, (table, store) -> {
            assertThat(summary(rows(store))).startsWith("15 15 ");
            assertThat(summary(plain(table))).as("for every reader").startsWith("15 15 ");
            store.recover();
            replace(store);
            assertThat(summary(plain(table))).isEqualTo("15 15 15 3");
            assertThat(store.files()).hasSize(FILES);
        });
    }

    @Test
    void overlappingCommitsLeaveWholeFilesWhereverTheyStop() throws IOException {
        stopEverywhere(0, 2, this::appendTwice, (table, store) -> {
            Dataset<Row> before = plain(table);
            assertThat(before.select("path").distinct().count()).isEqualTo(before.count());
            store.recover();
            List<String> there = before.select("path")
                    .as(org.apache.spark.sql.Encoders.STRING())
                    .collectAsList();
            store.append(
                    images(25, 2)
                            .filter(org.apache.spark.sql.functions.not(
                                    org.apache.spark.sql.functions.col("path").isin(there.toArray()))),
                    25,
                    lock);
            assertThat(summary(plain(table))).isEqualTo("25 25 20 0");
        });
    }

    private interface Check {
        void check(Path table, ParquetRowStore store) throws IOException;
    }

    /**
     * Makes a change that stops before one of its changes to the file system, until it succeeds.
     *
     * @param first number of changes that pass at first
     * @param step number of changes that pass more each time
     */
    private void stopEverywhere(int first, int step, Change change, Check check) throws IOException {
        boolean hasStopped = true;
        for (int changes = first; hasStopped; changes += step) {
            Path table = table();
            ParquetRowStore store = store(table);
            FaultyFileSystem.crashAfter(changes);
            hasStopped = hasFailed(() -> change.make(store));
            FaultyFileSystem.heal();
            check.check(table, store(table));
            assertTidy(table);
            assertThat(store(table).totals(spark)).isEqualTo(counted(table));
            assertThat(changes).isLessThan(200);
        }
        assertThat(tables).as("places where the change was stopped").isGreaterThan(5);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static boolean hasFailed(Action action) {
        try {
            action.run();
            return false;
        } catch (Exception e) { // Spark throws checked exceptions that it does not declare
            return true;
        }
    }

    @Test
    void numbersOfRowsAreThoseOfTheFiles() throws IOException {
        Path table = table();
        ParquetRowStore store = store(table);

        assertThat(store.totals(spark)).isEqualTo(Map.of("ok", 12L, "unreadable", 3L));
        String known = Files.readString(table.resolve("_cardinal/files.json"));
        assertThat(known).contains("\"unreadable\" : 1");
        Files.writeString(table.resolve("_cardinal/files.json"), "{\"files\": {\"part");
        assertThat(store.totals(spark)).as("counted again").isEqualTo(Map.of("ok", 12L, "unreadable", 3L));
    }

    @Test
    void unfinishedReplacementOfAnotherVersionIsReported() throws IOException {
        Path table = table();
        Files.writeString(table.resolve("_cardinal/replacement.json"), "{}");

        assertThatThrownBy(() -> store(table).files())
                .isInstanceOf(dev.cardinal.zoo.CardinalException.class)
                .hasMessageContaining("replacement.json is corrupt: fields are missing");
    }

    private void compact(ParquetRowStore store) throws IOException {
        for (List<String> group : CompactionPlan.of(store.known(spark))) {
            store.merge(group, spark, lock);
        }
    }

    /** Replaces the rows that are not ok, and rows of images that the table lacks. */
    private void replace(ParquetRowStore store) throws IOException {
        Dataset<Row> updates = images(ROWS, 2)
                .filter("status <> 'ok'")
                .withColumn("status", org.apache.spark.sql.functions.lit("ok"))
                .withColumn("length", org.apache.spark.sql.functions.lit(7L))
                .union(images(ROWS + 3, 1).filter("path > 'image-014'"));
        store.replace(updates, 6, lock);
    }

    private void appendTwice(ParquetRowStore store) throws IOException {
        try (CommitQueue queue = new CommitQueue(spark.sparkContext(), 2)) {
            queue.add(List.of(new CommitQueue.TableCommit(
                    () -> store.append(images(20, 2).filter("path > 'image-014'"), 5, lock), commit -> {})));
            queue.add(List.of(new CommitQueue.TableCommit(
                    () -> store.append(images(25, 2).filter("path > 'image-019'"), 5, lock), commit -> {})));
            queue.awaitAll();
        }
    }

    private Path table() throws IOException {
        Path table = directory.resolve("table " + tables++);
        store(table).appendAsIs(images(ROWS, FILES), lock);
        return table;
    }

    private ParquetRowStore store(Path table) throws IOException {
        return new ParquetRowStore(
                new org.apache.hadoop.fs.Path("faulty:" + table),
                TestSpark.context().hadoopConfiguration());
    }

    /** Returns rows of which every fifth is unreadable. */
    private Dataset<Row> images(int rows, int partitions) {
        return spark.range(0, rows, 1, partitions)
                .selectExpr(
                        "concat('image-', lpad(id, 3, '0')) AS path",
                        "1L AS length",
                        "if(id % 5 = 0, 'unreadable', 'ok') AS status",
                        "if(id % 5 = 0, 'no permission', null) AS error");
    }

    private Dataset<Row> rows(ParquetRowStore store) throws IOException {
        return store.rows(spark).orElseThrow();
    }

    /** Returns the rows as a program sees them that knows nothing of the table's records. */
    private Dataset<Row> plain(Path table) {
        return spark.read().parquet(table.toString());
    }

    /** Returns the number of rows, of images, of rows that are ok, and of rows that were replaced. */
    private static String summary(Dataset<Row> rows) {
        Row row = rows.selectExpr("count(*)", "count(DISTINCT path)", "count_if(status = 'ok')", "count_if(length = 7)")
                .head();
        return row.getLong(0) + " " + row.getLong(1) + " " + row.getLong(2) + " " + row.getLong(3);
    }

    private Map<String, Long> counted(Path table) {
        Map<String, Long> counts = new java.util.TreeMap<>();
        plain(table)
                .groupBy("status")
                .count()
                .collectAsList()
                .forEach(row -> counts.put(row.getString(0), row.getLong(1)));
        return counts;
    }

    private static void assertTidy(Path table) throws IOException {
        try (Stream<Path> entries = Files.list(table)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .allMatch(name -> (name.endsWith(".parquet") && !name.startsWith(".")) || name.equals("_cardinal"));
        }
    }
}
