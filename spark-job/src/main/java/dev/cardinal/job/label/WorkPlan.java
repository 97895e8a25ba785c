package dev.cardinal.job.label;

import dev.cardinal.job.source.ImageListing;
import dev.cardinal.job.source.ListingSchema;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The images that a run has to label, in order of file and position: those that have no row in the table, and those whose rows must
 * be replaced.
 *
 * <p>Computed once, before the first commit. A plan of more images than the driver should hold is written to the table's file
 * system, so that losing executors does not change it. Lives on the driver; not thread-safe.
 */
final class WorkPlan {
    /** Maximum number of images that the driver holds; about 30 MB. */
    private static final int IMAGES_ON_DRIVER = 100_000;

    /** The order of {@link Many}. */
    private static final Comparator<ImageRef> IN_ORDER = Comparator.<ImageRef, String>comparing(
                    image -> image.location().file(), WorkPlan::compareBytes)
            .thenComparingLong(image -> image.location().position())
            .thenComparing(ImageRef::path, WorkPlan::compareBytes);

    /**
     * Numbers of images.
     *
     * @param found images in the inputs
     * @param alreadyLabeled those that have a row in the table
     * @param changed those of them whose file has changed since, and that keep their rows
     * @param skipped skipped entries of the inputs
     * @param added images of this plan that have no row
     * @param repeated images of this plan whose rows will be replaced
     */
    record PlanCounts(long found, long alreadyLabeled, long changed, long skipped, long added, long repeated) {
        /** Returns the number of images of this plan. */
        long remaining() {
            return added + repeated;
        }
    }

    private final PlanCounts counts;
    private final PlannedImages added;
    private final PlannedImages repeated;

    private WorkPlan(PlanCounts counts, PlannedImages added, PlannedImages repeated) {
        this.counts = counts;
        this.added = added;
        this.repeated = repeated;
    }

    /**
     * Compares the images found with the rows of the table.
     *
     * @param labeled the table's rows, if it has any
     * @param options which rows are replaced
     * @param limit maximum number of images to label; those without a row come first
     */
    static WorkPlan of(ImageListing found, Optional<Dataset<Row>> labeled, TableOptions options, long limit) {
        return of(found, labeled, options, limit, IMAGES_ON_DRIVER);
    }

    static WorkPlan of(
            ImageListing found, Optional<Dataset<Row>> labeled, TableOptions options, long limit, int imagesOnDriver) {
        if (labeled.isEmpty()) {
            Optional<List<ImageRef>> few = found.fewImages();
            if (few.isPresent()) {
                return of(few.get(), found.skipped().total(), limit);
            }
        }
        Dataset<Row> images =
                labeled.isPresent() ? compared(found.images(), labeled.get(), options) : uncompared(found.images());
        Row sums = images.agg(
                        functions.count(functions.lit(1)),
                        functions.count_if(functions.col("is_labeled")),
                        functions.count_if(
                                functions.col("has_changed").and(functions.not(functions.col("is_repeated")))),
                        functions.count_if(functions.col("is_repeated")))
                .head();
        long added = Math.min(sums.getLong(0) - sums.getLong(1), limit);
        PlanCounts counts = new PlanCounts(
                sums.getLong(0),
                sums.getLong(1),
                sums.getLong(2),
                found.skipped().total(),
                added,
                Math.min(sums.getLong(3), limit - added));
        return new WorkPlan(
                counts,
                new Many(images.filter(functions.not(functions.col("is_labeled"))), counts.added(), imagesOnDriver),
                new Many(images.filter(functions.col("is_repeated")), counts.repeated(), imagesOnDriver));
    }

    private static WorkPlan of(List<ImageRef> few, long skipped, long limit) {
        List<ImageRef> first = few.stream().sorted(IN_ORDER).limit(limit).toList();
        return new WorkPlan(
                new PlanCounts(few.size(), 0, 0, skipped, first.size(), 0), new Few(first), new Few(List.of()));
    }

    private static Dataset<Row> uncompared(Dataset<Row> images) {
        return images.withColumn("is_labeled", functions.lit(false))
                .withColumn("has_changed", functions.lit(false))
                .withColumn("is_repeated", functions.lit(false));
    }

    private static Dataset<Row> compared(Dataset<Row> images, Dataset<Row> labeled, TableOptions options) {
        Dataset<Row> table = labeled.select(
                functions.col("path").as("labeled_path"),
                functions.col("length").as("labeled_length"),
                functions.unix_millis(functions.col("modified")).as("labeled_modified"),
                functions.col("status").as("labeled_status"));
        Column isLonger = functions
                .col(ListingSchema.LENGTH_KNOWN)
                .and(functions.not(functions.col("labeled_length").eqNullSafe(functions.col(ListingSchema.LENGTH))));
        Column isNewer =
                functions.not(functions.col("labeled_modified").eqNullSafe(functions.col(ListingSchema.MODIFIED)));
        Column isLabeled = functions.col("labeled_path").isNotNull();
        Column isRetried = functions.col("labeled_status").isin(options.retry().toArray());
        Column isRelabeled = functions.lit(options.relabelChanged()).and(functions.col("has_changed"));
        return images.join(
                        table, functions.col(ListingSchema.PATH).equalTo(functions.col("labeled_path")), "left_outer")
                .withColumn("is_labeled", isLabeled)
                .withColumn("has_changed", isLabeled.and(isLonger.or(isNewer)))
                .withColumn("is_repeated", isLabeled.and(isRetried.or(isRelabeled)))
                .drop("labeled_path", "labeled_length", "labeled_modified", "labeled_status");
    }

    /** Compares texts as Spark does. */
    private static int compareBytes(String one, String other) {
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    PlanCounts counts() {
        return counts;
    }

    /**
     * Returns all images of this plan that have no row.
     *
     * @throws IllegalStateException if there are more than the driver should hold
     */
    List<ImageRef> images() {
        return added.list();
    }

    /**
     * Returns the images without a row.
     *
     * @param scratch directory for a plan that the driver does not hold; the caller deletes it
     */
    Iterator<ImageRef> added(Path scratch) throws IOException {
        return added.iterator(new Path(scratch, "added"));
    }

    /** Returns the images whose rows must be replaced, as {@link #added} does. */
    Iterator<ImageRef> repeated(Path scratch) throws IOException {
        return repeated.iterator(new Path(scratch, "repeated"));
    }

    /** Images in order. */
    private interface PlannedImages {
        List<ImageRef> list();

        Iterator<ImageRef> iterator(Path scratch) throws IOException;
    }

    /** Images that the driver holds. */
    private record Few(List<ImageRef> list) implements PlannedImages {
        @Override
        public Iterator<ImageRef> iterator(Path scratch) {
            return list.iterator();
        }
    }

    /** Images that Spark sorts when they are read. */
    private record Many(Dataset<Row> images, long number, int imagesOnDriver) implements PlannedImages {
        @Override
        public List<ImageRef> list() {
            if (number > imagesOnDriver) {
                throw new IllegalStateException(number + " images are too many for one list");
            }
            return number == 0
                    ? List.of()
                    : sorted().limit((int) number).collectAsList().stream()
                            .map(ListingSchema::image)
                            .toList();
        }

        @Override
        public Iterator<ImageRef> iterator(Path scratch) throws IOException {
            if (number <= imagesOnDriver) {
                return list().iterator();
            }
            Configuration configuration = images.sparkSession().sparkContext().hadoopConfiguration();
            return new FirstImages(StoredPlan.store(sorted(), scratch, configuration), number);
        }

        private Dataset<Row> sorted() {
            return images.drop("is_labeled", "has_changed", "is_repeated")
                    .sort(ListingSchema.FILE, ListingSchema.POSITION, ListingSchema.PATH);
        }
    }

    /** The first images of an iterator. */
    private static final class FirstImages implements Iterator<ImageRef> {
        private final Iterator<ImageRef> images;
        private long left;

        FirstImages(Iterator<ImageRef> images, long left) {
            this.images = images;
            this.left = left;
        }

        @Override
        public boolean hasNext() {
            return left > 0 && images.hasNext();
        }

        @Override
        public ImageRef next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            left--;
            return images.next();
        }
    }
}
