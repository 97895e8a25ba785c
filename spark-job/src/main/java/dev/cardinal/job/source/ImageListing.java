package dev.cardinal.job.source;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.zoo.CardinalException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * The images of the inputs as rows. The inputs are listed once, however often the rows are read: executors hold the rows, or the driver
 * if they are few. Closing releases the rows. Lives on the driver; not thread-safe.
 */
public final class ImageListing implements AutoCloseable {
    private static final Comparator<ImageRef> BY_TRUTH =
            Comparator.comparing(ImageRef::truth, Comparator.nullsLast(Comparator.naturalOrder()));

    private final Dataset<Row> rows;
    private final Repeats repeats;
    private final List<JavaRDD<?>> origins;
    private final @Nullable List<Row> few;
    private @Nullable SkippedEntries skipped;

    /** How often a path may appear in the listing. */
    enum Repeats {
        /** One tree was walked. */
        IMPOSSIBLE,
        /** Inputs may overlap, or a manifest may name a file twice. */
        POSSIBLE
    }

    private ImageListing(Dataset<Row> rows, Repeats repeats, List<JavaRDD<?>> origins, @Nullable List<Row> few) {
        this.rows = rows;
        this.repeats = repeats;
        this.origins = origins;
        this.few = few;
    }

    /**
     * @param rows rows with the schema of {@link ListingSchema}
     * @param origins datasets that the rows are derived from, released with them
     */
    static ImageListing of(SparkSession spark, JavaRDD<Row> rows, Repeats repeats, List<JavaRDD<?>> origins) {
        return new ImageListing(
                spark.createDataFrame(rows, ListingSchema.SCHEMA).persist(StorageLevel.MEMORY_AND_DISK()),
                repeats,
                origins,
                null);
    }

    /** @param rows rows with the schema of {@link ListingSchema} */
    static ImageListing ofFew(SparkSession spark, List<Row> rows, Repeats repeats) {
        return new ImageListing(spark.createDataFrame(rows, ListingSchema.SCHEMA), repeats, List.of(), rows);
    }

    /**
     * Returns one row for each image; {@link ListingSchema} names the columns. If several inputs or lines name an image, the row with
     * the first truth in alphabetical order stays, so that every run has the same.
     */
    public Dataset<Row> images() {
        Dataset<Row> images = rows.filter(functions.col(ListingSchema.PATH).isNotNull());
        if (repeats == Repeats.IMPOSSIBLE) {
            return images;
        }
        Column row = functions.struct(
                Stream.of(ListingSchema.SCHEMA.fieldNames()).map(functions::col).toArray(Column[]::new));
        Column truth = functions.col(ListingSchema.TRUTH);
        return images.groupBy(ListingSchema.PATH)
                .agg(functions
                        .min(functions.struct(truth.isNull(), truth, row.as("row")))
                        .as("first"))
                .select("first.row.*");
    }

    /** Returns the same images if they are so few that the driver holds them, in no particular order. */
    public Optional<List<ImageRef>> fewImages() {
        if (few == null) {
            return Optional.empty();
        }
        Map<String, ImageRef> byPath = new LinkedHashMap<>();
        few.stream()
                .filter(row -> !row.isNullAt(0))
                .map(ListingSchema::image)
                .forEach(image -> byPath.merge(image.path(), image, BinaryOperator.minBy(BY_TRUTH)));
        return Optional.of(List.copyOf(byPath.values()));
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
        for (Row sum : sums()) {
            String failure = sum.getString(2);
            if (failure != null) {
                throw CardinalException.input(failure);
            }
            counts.merge(SkipReason.valueOf(sum.getString(0)), sum.getLong(1), Long::sum);
        }
        counts.values().removeIf(count -> count == 0);
        return new SkippedEntries(counts);
    }

    /** Returns reasons with numbers of skipped entries and failures. */
    private List<Row> sums() {
        if (few != null) {
            return few.stream()
                    .filter(row -> row.isNullAt(0))
                    .map(ListingSchema::sum)
                    .toList();
        }
        return rows.filter(functions.col(ListingSchema.PATH).isNull())
                .groupBy(ListingSchema.REASON)
                .agg(functions.sum(ListingSchema.SKIPPED), functions.min(ListingSchema.FAILURE))
                .collectAsList();
    }

    @Override
    public void close() {
        rows.unpersist();
        origins.forEach(JavaRDD::unpersist);
    }
}
