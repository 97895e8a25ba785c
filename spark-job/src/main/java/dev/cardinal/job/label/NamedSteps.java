package dev.cardinal.job.label;

import dev.cardinal.job.JobNames;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.apache.spark.SparkContext;

/** Names Spark's jobs after the step of a run that they belong to, and passes the steps on. Lives on the driver. */
final class NamedSteps implements LabelProgress, AutoCloseable {
    private final JobNames names;
    private final LabelProgress progress;

    NamedSteps(SparkContext spark, LabelProgress progress) {
        this.names = JobNames.of(spark, "label", step -> {});
        this.progress = progress;
    }

    @Override
    public void step(String what) {
        names.step(what);
        progress.step(what);
    }

    @Override
    public void labelling(long total, LongSupplier done) {
        names.step(String.format(Locale.ROOT, "labelling %,d images", total));
        progress.labelling(total, done);
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
