package dev.cardinal.job.source;

import dev.cardinal.zoo.CardinalException;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * What was found in the inputs, as rows that executors hold: listed once, however often they are asked for. Closing lets them go.
 * Lives on the driver.
 */
public final class FoundImages implements AutoCloseable {
    private final Dataset<Row> rows;
    private final Repeats repeats;
    private final List<JavaRDD<?>> origins;

    /** Whether a path may have been found more than once. */
    enum Repeats {
        /** One tree was walked. */
        IMPOSSIBLE,
        /** Inputs may overlap, or a manifest may name a file twice. */
        POSSIBLE
    }

    private FoundImages(Dataset<Row> rows, Repeats repeats, List<JavaRDD<?>> origins) {
        this.rows = rows;
        this.repeats = repeats;
        this.origins = origins;
    }

    /**
     * @param rows as {@link FoundRows} has them
     * @param origins what they are made of, to be let go with them
     */
    static FoundImages of(SparkSession spark, JavaRDD<Row> rows, Repeats repeats, List<JavaRDD<?>> origins) {
        return new FoundImages(
                spark.createDataFrame(rows, FoundRows.SCHEMA).persist(StorageLevel.MEMORY_AND_DISK()),
                repeats,
                origins);
    }

    /** A row an image, no path twice; columns as {@link FoundRows} names them. */
    public Dataset<Row> images() {
        Dataset<Row> images = rows.filter(functions.col(FoundRows.PATH).isNotNull());
        return repeats == Repeats.POSSIBLE ? images.dropDuplicates(FoundRows.PATH) : images;
    }

    /**
     * Entries passed over since their name, or that of a directory above them, begins with a dot, or that are no files; a
     * directory counts once.
     *
     * @throws CardinalException if part of the inputs cannot be listed
     */
    public long skipped() {
        Row sums = rows.agg(functions.sum(FoundRows.SKIPPED), functions.min(FoundRows.FAILURE))
                .head();
        if (!sums.isNullAt(1)) {
            throw CardinalException.input(sums.getString(1));
        }
        return sums.isNullAt(0) ? 0 : sums.getLong(0);
    }

    @Override
    public void close() {
        rows.unpersist();
        origins.forEach(JavaRDD::unpersist);
    }
}
