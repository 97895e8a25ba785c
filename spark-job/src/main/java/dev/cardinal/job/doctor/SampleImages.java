package dev.cardinal.job.doctor;

import dev.cardinal.job.source.ListingSchema;
import dev.cardinal.udf.fetch.ImageRef;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * Images that represent the whole input, in the order in which a run would process them. Files are chosen by a hash of their path,
 * so that the same input gives the same sample. A shard contributes its first images, because its members are read one after another.
 */
final class SampleImages {
    /** Approximate limit of the time to measure. */
    private static final double BUDGET_SECONDS = 60;

    /** Approximate minimum of that time: a shorter measurement ends before all threads are busy. */
    private static final double ENOUGH_SECONDS = 5;

    private static final int LEAST = 200;
    private static final int BATCHES_PER_TASK = 2;
    private static final int MOST = 100_000;
    private static final String ROW_IN_FILE = "place_in_file";

    private final List<ImageRef> images;

    private SampleImages(List<ImageRef> images) {
        this.images = List.copyOf(images);
    }

    /**
     * Returns how many images to measure: as many as fill batches and take a while, but no more than there is time for.
     *
     * @param modelRate views per second of the model alone, on the slowest executor
     */
    static int size(DoctorRequest request, List<Executor> executors, double modelRate) {
        int slots = executors.stream().mapToInt(Executor::slots).max().orElse(1);
        double rate = modelRate / request.image().views().count();
        int batches = BATCHES_PER_TASK * slots * request.options().imagesPerBatch();
        int enough = (int) Math.max(Math.max(LEAST, batches), Math.min(MOST, ENOUGH_SECONDS * rate));
        int inTime = (int) Math.max(slots, Math.min(MOST, BUDGET_SECONDS * rate));
        int perExecutor = Math.min(request.sample().orElse(enough), inTime);
        return (int) Math.min(MOST, (long) perExecutor * executors.size());
    }

    /**
     * Limits a size to what can be read in time.
     *
     * @param readRate approximate number of images that tasks can read in a second
     * @param slots tasks that run at the same time, each of which gets at least one image
     */
    static int limit(int size, double readRate, int slots) {
        return (int) Math.max(slots, Math.min(size, BUDGET_SECONDS * readRate));
    }

    /**
     * Draws images.
     *
     * @param found images with the columns of {@link ListingSchema}
     * @param size maximum number of images
     * @param tasks tasks that will share them
     */
    static SampleImages of(Dataset<Row> found, int size, int tasks) {
        List<Row> files = found.groupBy(ListingSchema.FILE)
                .count()
                .orderBy(functions.xxhash64(functions.col(ListingSchema.FILE)), functions.col(ListingSchema.FILE))
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
                .filter(functions.col(ListingSchema.FILE).isin(chosen.toArray()))
                .withColumn(
                        ROW_IN_FILE,
                        functions
                                .row_number()
                                .over(Window.partitionBy(ListingSchema.FILE)
                                        .orderBy(ListingSchema.POSITION, ListingSchema.PATH)))
                .filter(functions.col(ROW_IN_FILE).leq(quota))
                .drop(ROW_IN_FILE)
                .sort(ListingSchema.FILE, ListingSchema.POSITION, ListingSchema.PATH)
                .limit(size)
                .collectAsList()
                .stream()
                .map(ListingSchema::image)
                .toList();
        return new SampleImages(images);
    }

    int size() {
        return images.size();
    }

    /** Returns at most a number of images, evenly spread over the sample. */
    SampleImages few(int count) {
        if (count >= images.size()) {
            return this;
        }
        List<ImageRef> few = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            few.add(images.get((int) ((long) i * images.size() / count)));
        }
        return new SampleImages(few);
    }

    /** Returns the sample without some of its images. */
    SampleImages without(SampleImages others) {
        List<ImageRef> left = new ArrayList<>(images);
        left.removeAll(others.images);
        return new SampleImages(left);
    }

    /** Divides the sample into at most a number of tasks, each with consecutive images and as many as the others. */
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
