package dev.cardinal.job.label;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The place where a predictions table keeps its rows. The lock and the records of runs are elsewhere, in {@link PredictionTable}.
 *
 * <p>A reader sees exactly one row for an image, before, during and after every method. Methods that change the store need the table's
 * lock, and check just before they publish that the run still holds it. Lives on the driver.
 */
interface RowStore {
    /**
     * What a commit has changed.
     *
     * @param written the rows that it published
     * @param replaced number of rows that are gone for them, by their former status, sorted; empty for an append
     */
    record Commit(StatusSummary written, Map<String, Long> replaced) {
        public Commit {
            replaced = Collections.unmodifiableMap(new TreeMap<>(replaced));
        }

        static Commit nothing() {
            return new Commit(StatusSummary.empty(), Map.of());
        }

        /** Returns what both have changed. */
        Commit plus(Commit other) {
            return new Commit(written.plus(other.written), StatusSummary.sum(replaced, other.replaced));
        }
    }

    /** Returns the rows, empty if there are none. */
    Optional<Dataset<Row>> rows(SparkSession spark) throws IOException;

    /** Returns the number of rows by status, without reading all rows if the store keeps these numbers. The lock must be held. */
    Map<String, Long> totals(SparkSession spark) throws IOException;

    /** Completes or removes what a crashed run left behind. No commit may be in progress. */
    void recover() throws IOException;

    /**
     * Appends rows of images that have no row. The rows are computed once, here, by the tasks of a Spark job. Thread-safe: the
     * next append may begin before this one has ended.
     *
     * @param images number of rows
     * @param lock checked just before publishing
     * @throws IOException if the store fails or the lock is lost; nothing of the commit is visible then, or whole files of it
     */
    Commit append(Dataset<Row> rows, long images, RunLock lock) throws IOException;

    /**
     * Replaces the rows of images by others with the same {@code path}; rows of images that the table lacks are ignored. The rows are
     * computed once, here, by the tasks of a Spark job. No other commit may be in progress.
     *
     * @param images number of rows
     * @param lock checked just before publishing
     * @throws IOException if the store fails or the lock is lost; every image has its former row or its new one then
     */
    Commit replace(Dataset<Row> rows, long images, RunLock lock) throws IOException;

    /**
     * Makes the rows of all commits visible to readers, if the store keeps them back until it is known how many are not ok.
     *
     * @param maxBadFraction maximum share of these rows that may be other than ok
     * @return false if the rows stay invisible, because more are not ok
     */
    default boolean publish(double maxBadFraction, RunLock lock) throws IOException {
        return true;
    }

    /** Returns a sentence for the user about rows that readers do not see, empty if they see all. */
    default Optional<String> withheld() {
        return Optional.empty();
    }
}
