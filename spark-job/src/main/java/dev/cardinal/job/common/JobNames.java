package dev.cardinal.job.common;

import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Describes the jobs and stages that a thread starts, for Spark's web pages: the command and its step, as in
 * {@code label: listing images}. Closing restores the previous description. For the thread that created it. Lives on the driver.
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
     * Starts without a step.
     *
     * @param progress receives every step too
     */
    public static JobNames of(SparkContext spark, String command, Consumer<String> progress) {
        return new JobNames(spark, command, progress);
    }

    /** Begins a step. */
    public void step(String what) {
        spark.setJobDescription(command + ": " + what);
        progress.accept(what);
    }

    @Override
    public void close() {
        spark.setJobDescription(before);
    }
}
