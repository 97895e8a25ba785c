package dev.cardinal.job.label;

import dev.cardinal.job.common.JobNames;
import dev.cardinal.job.common.ProblemCollector;
import dev.cardinal.job.table.TableName;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.PublicApi;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Rewrites the small files of a predictions table into few large ones, under the table's lock. If it ends early, the table has the
 * same rows, and the next compaction continues. Lives on the driver; not thread-safe.
 */
@PublicApi
public final class CompactJob {
    private final SparkSession spark;
    private final Clock clock;
    private final Consumer<String> progress;

    /** @param progress receives a line for every step */
    public CompactJob(SparkSession spark, Clock clock, Consumer<String> progress) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Returns what is wrong with a request, as far as it can be checked without Spark.
     *
     * @param predictions directory of the table
     * @throws IOException if the file system fails
     */
    public static List<String> problems(String predictions, Configuration configuration) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        problems.check(() -> table(predictions, configuration));
        return problems.problems();
    }

    private static PredictionTable table(String predictions, Configuration configuration) throws IOException {
        if (TableName.isTable(predictions)) {
            throw CardinalException.usage("predictions " + predictions
                    + " are not a directory: compact them with the tools of their catalog");
        }
        PredictionTable table = PredictionTable.at(UserPaths.of("predictions", predictions), configuration);
        table.origin();
        return table;
    }

    /**
     * Compacts a table.
     *
     * @param predictions its directory
     * @throws CardinalException if it is not a predictions table, or a run writes to it
     * @throws IOException if the file system fails
     */
    public CompactResult run(String predictions) throws IOException {
        long start = System.nanoTime();
        Configuration configuration = spark.sparkContext().hadoopConfiguration();
        PredictionTable table = table(predictions, configuration);
        ParquetRowStore store = (ParquetRowStore) table.store(); // of every directory
        try (JobNames names = JobNames.of(spark.sparkContext(), "compact", progress);
                RunLock lock = table.lock(clock)) {
            names.step("reading the sizes of the files");
            store.recover();
            int before = store.files().size();
            List<List<String>> groups = CompactionPlan.of(store.known(spark));
            names.step("writing " + groups.size() + " files");
            int slots = Math.max(1, spark.sparkContext().defaultParallelism());
            try (CommitQueue queue = new CommitQueue(spark.sparkContext(), slots)) {
                for (List<String> group : groups) {
                    queue.awaitRoom();
                    queue.add(
                            List.of(new CommitQueue.TableCommit(() -> store.merge(group, spark, lock), commit -> {})));
                }
                queue.awaitAll();
            }
            store.recover(); // removes the empty directory of staged files
            return new CompactResult(
                    before,
                    store.files().size(),
                    RunRecord.images(store.totals(spark)),
                    (System.nanoTime() - start) / 1e9);
        }
    }
}
