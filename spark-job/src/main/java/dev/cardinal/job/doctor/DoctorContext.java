package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.label.LabelProgress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What all checks of a run share. Closing it releases what was sent to executors; the session belongs to the caller. Lives on the
 * driver; not thread-safe.
 *
 * @param checks results so far
 * @param limiter ends work that takes too long
 * @param configuration the Hadoop configuration, for executors
 * @param releases what closing does
 */
record DoctorContext(
        SparkSession spark,
        Clock clock,
        LabelProgress progress,
        DoctorRequest request,
        Checklist checks,
        TimeLimiter limiter,
        Broadcast<SerializableConfiguration> configuration,
        List<Runnable> releases)
        implements AutoCloseable {

    static DoctorContext of(SparkSession spark, Clock clock, LabelProgress progress, DoctorRequest request) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Broadcast<SerializableConfiguration> configuration =
                context.broadcast(new SerializableConfiguration(context.hadoopConfiguration()));
        return new DoctorContext(
                spark,
                clock,
                progress,
                request,
                new Checklist(),
                new TimeLimiter(context),
                configuration,
                new ArrayList<>(List.of(configuration::destroy)));
    }

    SparkContext sparkContext() {
        return spark.sparkContext();
    }

    JavaSparkContext javaContext() {
        return JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    Configuration hadoop() {
        return spark.sparkContext().hadoopConfiguration();
    }

    /**
     * Does some work within a time limit. If it throws or takes too long, the check fails.
     *
     * @param advice what to do if the work fails
     * @param what name of the work, in the Spark UI and in messages
     * @return the result, empty if the work failed
     */
    <T> Optional<T> attempt(Name name, String advice, String what, Duration limit, Callable<T> work) {
        return checks.attempt(name, advice, () -> limiter.call(what, limit, work));
    }

    @Override
    public void close() {
        releases.forEach(Runnable::run);
    }
}
