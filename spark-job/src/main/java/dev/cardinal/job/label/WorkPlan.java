package dev.cardinal.job.label;

import dev.cardinal.job.source.FoundImages;
import dev.cardinal.job.source.FoundRows;
import dev.cardinal.udf.ImageRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * What a run has to label: the images found that the table does not hold, in order of file and position.
 *
 * <p>Made once, before the first commit, and not looked at again: a plan of more images than the driver should hold is kept on
 * the table's file system, so that executors that are lost do not change it. Lives on the driver; not thread-safe.
 */
final class WorkPlan {
    /** Images that the driver holds at once; about 30 MB. */
    private static final int IMAGES_ON_DRIVER = 100_000;

    /**
     * How many images there are.
     *
     * @param found images in the inputs
     * @param alreadyLabelled those of them that the table holds
     * @param changed those of them whose file has changed since
     * @param skipped entries of the inputs passed over
     * @param remaining images of this plan
     */
    record Counts(long found, long alreadyLabelled, long changed, long skipped, long remaining) {}

    private final Dataset<Row> remaining;
    private final Counts counts;
    private final int imagesOnDriver;

    private WorkPlan(Dataset<Row> remaining, Counts counts, int imagesOnDriver) {
        this.remaining = remaining;
        this.counts = counts;
        this.imagesOnDriver = imagesOnDriver;
    }

    /**
     * Compares what was found with what is labelled.
     *
     * @param labelled the table's rows, if it has any
     * @param limit images labelled at most
     */
    static WorkPlan of(FoundImages found, Optional<Dataset<Row>> labelled, long limit) {
        return of(found, labelled, limit, IMAGES_ON_DRIVER);
    }

    static WorkPlan of(FoundImages found, Optional<Dataset<Row>> labelled, long limit, int imagesOnDriver) {
        Dataset<Row> images =
                labelled.isPresent() ? compared(found.images(), labelled.get()) : uncompared(found.images());
        Row sums = images.agg(
                        functions.count(functions.lit(1)),
                        functions.count_if(functions.col("is_labelled")),
                        functions.count_if(functions.col("has_changed")))
                .head();
        long left = sums.getLong(0) - sums.getLong(1);
        Counts counts =
                new Counts(sums.getLong(0), sums.getLong(1), sums.getLong(2), found.skipped(), Math.min(left, limit));
        return new WorkPlan(images.filter(functions.not(functions.col("is_labelled"))), counts, imagesOnDriver);
    }

    private static Dataset<Row> uncompared(Dataset<Row> images) {
        return images.withColumn("is_labelled", functions.lit(false)).withColumn("has_changed", functions.lit(false));
    }

    private static Dataset<Row> compared(Dataset<Row> images, Dataset<Row> labelled) {
        Dataset<Row> table = labelled.select(
                functions.col("path").as("labelled_path"),
                functions.col("length").as("labelled_length"),
                functions.unix_millis(functions.col("modified")).as("labelled_modified"));
        Column isLonger = functions
                .col(FoundRows.LENGTH_KNOWN)
                .and(functions.not(functions.col("labelled_length").eqNullSafe(functions.col(FoundRows.LENGTH))));
        Column isNewer =
                functions.not(functions.col("labelled_modified").eqNullSafe(functions.col(FoundRows.MODIFIED)));
        Column isLabelled = functions.col("labelled_path").isNotNull();
        return images.join(table, functions.col(FoundRows.PATH).equalTo(functions.col("labelled_path")), "left_outer")
                .withColumn("is_labelled", isLabelled)
                .withColumn("has_changed", isLabelled.and(isLonger.or(isNewer)))
                .drop("labelled_path", "labelled_length", "labelled_modified");
    }

    Counts counts() {
        return counts;
    }

    /**
     * The images of this plan, all at once.
     *
     * @throws IllegalStateException if there are more than the driver should hold
     */
    List<ImageRef> images() {
        if (counts.remaining() > imagesOnDriver) {
            throw new IllegalStateException(counts.remaining() + " images are too many for one list");
        }
        return counts.remaining() == 0
                ? List.of()
                : sorted().limit((int) counts.remaining()).collectAsList().stream()
                        .map(FoundRows::image)
                        .toList();
    }

    /**
     * The images of this plan in groups.
     *
     * @param size images of a group, at most
     * @param scratch directory for a plan that the driver does not hold; the caller deletes it
     */
    Iterator<List<ImageRef>> commits(int size, Path scratch) throws IOException {
        if (counts.remaining() <= imagesOnDriver) {
            return new Groups(images().iterator(), size, counts.remaining());
        }
        SparkContext spark = remaining.sparkSession().sparkContext();
        spark.setCheckpointDir(scratch.toString());
        Iterator<Row> rows = sorted().checkpoint(false).toLocalIterator();
        Iterator<ImageRef> images = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public ImageRef next() {
                return FoundRows.image(rows.next());
            }
        };
        return new Groups(images, size, counts.remaining());
    }

    private Dataset<Row> sorted() {
        return remaining.sort(FoundRows.FILE, FoundRows.POSITION, FoundRows.PATH);
    }

    /** Consecutive images in lists, until enough are taken. */
    private static final class Groups implements Iterator<List<ImageRef>> {
        private final Iterator<ImageRef> images;
        private final int size;
        private long left;

        Groups(Iterator<ImageRef> images, int size, long left) {
            this.images = images;
            this.size = size;
            this.left = left;
        }

        @Override
        public boolean hasNext() {
            return left > 0 && images.hasNext();
        }

        @Override
        public List<ImageRef> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            List<ImageRef> group = new ArrayList<>();
            while (group.size() < size && hasNext()) {
                group.add(images.next());
                left--;
            }
            return group;
        }
    }
}
