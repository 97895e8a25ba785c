package dev.cardinal.job.label;

import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.JobNames;
import java.util.function.LongSupplier;
import org.apache.spark.SparkContext;

/** Names Spark's jobs after the current step of a run, and forwards the steps. Lives on the driver. */
final class DescribedProgress implements LabelProgress, AutoCloseable {
    private final JobNames names;
    private final LabelProgress progress;

    DescribedProgress(SparkContext spark, LabelProgress progress) {
        this.names = JobNames.of(spark, "label", step -> {});
        this.progress = progress;
    }

    @Override
    public void step(String what) {
        names.step(what);
        progress.step(what);
    }

    @Override
    public void note(String text) {
        progress.note(text);
    }

    @Override
    public void labeling(long total, LongSupplier done) {
        names.step("labeling " + Format.count(total) + " images");
        progress.labeling(total, done);
    }

    @Override
    public void finished() {
        names.step("counting rows");
        progress.finished();
    }

    @Override
    public void close() {
        names.close();
    }
}
