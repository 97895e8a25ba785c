package dev.cardinal.job;

import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * What Spark's pages call the jobs, and their stages, that a thread starts: the command and its step, as in
 * {@code label: listing images}. Closing restores what they were called before. Lives on the driver; for the thread that made it.
 */
public final class JobNames implements AutoCloseable {
    private static final String DESCRIPTION = "spark.job.description";

    private final SparkContext spark;
    private final String command;
    private final Consumer<String> progress;
    private final @Nullable String before;

    private JobNames(SparkContext spark, String command, Consumer<String> progress) {
        this.spark = spark;
        this.command = command;
        this.progress = progress;
        this.before = spark.getLocalProperty(DESCRIPTION);
    }

    /**
     * Begins, with no step yet.
     *
     * @param progress is told every step as well
     */
    public static JobNames of(SparkContext spark, String command, Consumer<String> progress) {
        return new JobNames(spark, command, progress);
    }

    /** A step begins. */
    public void step(String what) {
        spark.setJobDescription(command + ": " + what);
        progress.accept(what);
    }

    @Override
    public void close() {
        spark.setJobDescription(before);
    }
}
