package dev.cardinal.job.doctor;

import dev.cardinal.job.Versions;
import dev.cardinal.job.doctor.Check.Name;
import dev.cardinal.job.label.LabelProgress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Looks at a machine or a cluster as a labelling run would use it, and measures a sample of one.
 *
 * <p>Looks at each thing on its own: what is wrong with one keeps no other from being looked at, unless it needs it. Leaves nothing
 * behind. Lives on the driver; not thread-safe.
 */
public final class DoctorJob {
    private final SparkSession spark;
    private final Clock clock;
    private final LabelProgress progress;

    public DoctorJob(SparkSession spark, Clock clock, LabelProgress progress) {
        this.spark = spark;
        this.clock = clock;
        this.progress = progress;
    }

    /** Looks at everything that a request names. */
    public Diagnosis run(DoctorRequest request) {
        try (Examination examination = new Examination(Instruments.of(spark, clock, progress), request)) {
            return examination.diagnose();
        } catch (IllegalStateException e) {
            if (!spark.sparkContext().isStopped()) {
                throw e;
            }
            return withoutSpark(new IllegalStateException(
                    spark.sparkContext().master() + " does not answer, or has ended this application", e));
        } finally {
            progress.finished();
        }
    }

    /** What is left to say where Spark does not start. */
    public static Diagnosis withoutSpark(Exception failure) {
        Checklist checks = new Checklist();
        checks.add(PlatformChecks.java(Runtime.version(), Map.of()));
        checks.add(Check.fail(
                Name.SPARK,
                "Spark does not start: " + Failures.explain(failure),
                "see that the master is there and can be reached, and that this machine can be reached from the cluster"
                        + " (spark.driver.host); --verbose shows Spark's log"));
        checks.skip("needs Spark", Name.values());
        return new Diagnosis(null, Versions.all(), checks.all(), List.of(), null, null, null, null, null);
    }
}
