package dev.cardinal.job.doctor;

import dev.cardinal.job.label.LabelProgress;
import java.time.Clock;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What an examination works with. Closing it lets go of what is its own; the session is the caller's.
 *
 * @param spark the session
 * @param clock tells the time of day
 * @param progress is told what is done
 * @param checks takes what is found
 * @param bounded ends what takes too long
 * @param shared the Hadoop configuration, for executors
 */
record Instruments(
        SparkSession spark,
        Clock clock,
        LabelProgress progress,
        Checklist checks,
        Bounded bounded,
        Broadcast<SerializableConfiguration> shared)
        implements AutoCloseable {

    static Instruments of(SparkSession spark, Clock clock, LabelProgress progress) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        return new Instruments(
                spark,
                clock,
                progress,
                new Checklist(),
                new Bounded(context),
                context.broadcast(new SerializableConfiguration(context.hadoopConfiguration())));
    }

    JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    Configuration hadoop() {
        return spark.sparkContext().hadoopConfiguration();
    }

    @Override
    public void close() {
        shared.destroy();
    }
}
