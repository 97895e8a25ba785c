package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.zoo.CardinalException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * The images of the inputs as rows that executors hold. The inputs are listed once, however often the rows are read. Closing
 * releases the rows. Lives on the driver.
 */
public final class ImageListing implements AutoCloseable {
    private final Dataset<Row> rows;
    private final Repeats repeats;
    private final List<JavaRDD<?>> origins;
    private @Nullable SkippedEntries skipped;

    /** How often a path may appear in the listing. */
    enum Repeats {
        /** One tree was walked. */
        IMPOSSIBLE,
        /** Inputs may overlap, or a manifest may name a file twice. */
        POSSIBLE
    }

    private ImageListing(Dataset<Row> rows, Repeats repeats, List<JavaRDD<?>> origins) {
        this.rows = rows;
        this.repeats = repeats;
        this.origins = origins;
    }

    /**
     * @param rows rows with the schema of {@link ListingSchema}
     * @param origins datasets that the rows are derived from, released with them
     */
    static ImageListing of(SparkSession spark, JavaRDD<Row> rows, Repeats repeats, List<JavaRDD<?>> origins) {
        return new ImageListing(
                spark.createDataFrame(rows, ListingSchema.SCHEMA).persist(StorageLevel.MEMORY_AND_DISK()),
                repeats,
                origins);
    }

    /** Returns one row for each image, without duplicate paths; {@link ListingSchema} names the columns. */
    public Dataset<Row> images() {
        Dataset<Row> images = rows.filter(functions.col(ListingSchema.PATH).isNotNull());
        return repeats == Repeats.POSSIBLE ? images.dropDuplicates(ListingSchema.PATH) : images;
    }

    /**
     * Returns the skipped entries, counted once. A skipped directory counts once.
     *
     * @throws CardinalException if part of the inputs cannot be listed
     */
    public SkippedEntries skipped() {
        SkippedEntries known = skipped;
        if (known == null) {
            known = countSkipped();
            skipped = known;
        }
        return known;
    }

    private SkippedEntries countSkipped() {
        Map<SkipReason, Long> counts = new EnumMap<>(SkipReason.class);
        List<Row> sums = rows.filter(functions.col(ListingSchema.PATH).isNull())
                .groupBy(ListingSchema.REASON)
                .agg(functions.sum(ListingSchema.SKIPPED), functions.min(ListingSchema.FAILURE))
                .collectAsList();
        for (Row sum : sums) {
            if (!sum.isNullAt(2)) {
                throw CardinalException.input(sum.getString(2));
            }
            counts.put(SkipReason.valueOf(sum.getString(0)), sum.getLong(1));
        }
        counts.values().removeIf(count -> count == 0);
        return new SkippedEntries(counts);
    }

    @Override
    public void close() {
        rows.unpersist();
        origins.forEach(JavaRDD::unpersist);
    }
}
