package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Measurement.Written;
import dev.cardinal.job.label.ScratchTable;
import dev.cardinal.udf.PredictionSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows of a measurement go: below the output that the user names; in a local run that names none, to this machine's disk;
 * else nowhere. Closing removes what was written. Lives on the driver; not thread-safe.
 */
final class TrialOutput implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final StructType TABLE = PredictionSchema.table(Set.of(), List.of());

    private final SparkSession spark;
    private final Written written;
    private final @Nullable ScratchTable table;

    private TrialOutput(SparkSession spark, Written written, @Nullable ScratchTable table) {
        this.spark = spark;
        this.written = written;
        this.table = table;
    }

    /**
     * Opens it.
     *
     * @throws dev.cardinal.zoo.CardinalException if the output is no path, or holds something other than a predictions table
     * @throws IOException if it cannot be written to
     */
    static TrialOutput of(Optional<String> output, SparkSession spark, Clock clock) throws IOException {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        if (output.isPresent()) {
            return new TrialOutput(spark, Written.OUTPUT, ScratchTable.below(output.get(), hadoop, clock));
        }
        if (!spark.sparkContext().isLocal()) {
            return new TrialOutput(spark, Written.NOWHERE, null);
        }
        Path directory = Path.of(System.getProperty("java.io.tmpdir"), "cardinal-doctor-" + UUID.randomUUID());
        return new TrialOutput(
                spark, Written.LOCAL_DISK, ScratchTable.below(directory.toUri().toString(), hadoop, clock));
    }

    Written written() {
        return written;
    }

    void append(Dataset<Row> rows) throws IOException {
        if (table == null) {
            rows.write().format("noop").mode(SaveMode.Overwrite).save();
        } else {
            table.append(rows);
        }
    }

    /**
     * Appends a row from each of so many tasks, so that whatever writes is loaded and has been tried.
     *
     * @return seconds that it took
     */
    double tryOut(int tasks) throws IOException {
        long start = System.nanoTime();
        List<Row> rows = IntStream.range(0, tasks)
                .mapToObj(task -> RowFactory.create(new Object[TABLE.size()]))
                .toList();
        append(spark.createDataFrame(
                JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(rows, tasks), TABLE));
        return (System.nanoTime() - start) / NANOS_PER_SECOND;
    }

    @Override
    public void close() throws IOException {
        if (table != null) {
            table.close();
        }
    }
}
