package dev.cardinal.job.doctor;

import dev.cardinal.job.source.FoundRows;
import dev.cardinal.udf.ImageRef;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * Images that stand for a whole input, in the order in which a run would take them: from files chosen by a hash of their path, so
 * that the same input gives the same sample; of a shard its first images, since members of shards are read one after another.
 */
final class Sample {
    private static final String QUOTA_ROW = "place_in_file";

    private final List<ImageRef> images;

    private Sample(List<ImageRef> images) {
        this.images = List.copyOf(images);
    }

    /**
     * Draws images.
     *
     * @param found as {@link FoundRows} has them
     * @param size how many, at most
     * @param tasks that will share them
     */
    static Sample of(Dataset<Row> found, int size, int tasks) {
        List<Row> files = found.groupBy(FoundRows.FILE)
                .count()
                .orderBy(functions.xxhash64(functions.col(FoundRows.FILE)), functions.col(FoundRows.FILE))
                .limit(size)
                .collectAsList();
        int sharing = Math.max(1, Math.min(tasks, files.size()));
        int quota = (size + sharing - 1) / sharing;
        List<String> chosen = new ArrayList<>();
        long enough = 0;
        for (Row file : files) {
            if (enough < size) {
                chosen.add(file.getString(0));
                enough += Math.min(quota, file.getLong(1));
            }
        }
        List<ImageRef> images = found
                .filter(functions.col(FoundRows.FILE).isin(chosen.toArray()))
                .withColumn(
                        QUOTA_ROW,
                        functions
                                .row_number()
                                .over(Window.partitionBy(FoundRows.FILE).orderBy(FoundRows.POSITION, FoundRows.PATH)))
                .filter(functions.col(QUOTA_ROW).leq(quota))
                .drop(QUOTA_ROW)
                .sort(FoundRows.FILE, FoundRows.POSITION, FoundRows.PATH)
                .limit(size)
                .collectAsList()
                .stream()
                .map(FoundRows::image)
                .toList();
        return new Sample(images);
    }

    int size() {
        return images.size();
    }

    /** So many images from all over the sample, at most. */
    Sample few(int count) {
        if (count >= images.size()) {
            return this;
        }
        List<ImageRef> few = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            few.add(images.get((int) ((long) i * images.size() / count)));
        }
        return new Sample(few);
    }

    /** The sample without some of its images. */
    Sample without(Sample others) {
        List<ImageRef> left = new ArrayList<>(images);
        left.removeAll(others.images);
        return new Sample(left);
    }

    /** Dealt out to so many tasks: consecutive images, equally many each, no task without any. */
    List<List<ImageRef>> tasks(int count) {
        List<List<ImageRef>> tasks = new ArrayList<>();
        int parts = Math.min(count, images.size());
        for (int i = 0; i < parts; i++) {
            int from = (int) ((long) i * images.size() / parts);
            int to = (int) ((long) (i + 1) * images.size() / parts);
            tasks.add(new ArrayList<>(images.subList(from, to)));
        }
        return tasks;
    }
}
