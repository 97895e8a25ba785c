package dev.cardinal.udf;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What a run of tasks took, summed over tasks in Spark accumulators: they show in the Spark UI while it runs.
 *
 * <p>Made on the driver, added to on executors; a task that is tried again counts its last try.
 *
 * @param images rows made
 * @param bytes encoded bytes read
 * @param fetchNanos time spent reading
 * @param decodeNanos time spent decoding and preprocessing
 * @param inferNanos time spent in the model
 * @param writeNanos time spent writing rows
 */
public record LabelMetrics(
        LongAccumulator images,
        LongAccumulator bytes,
        LongAccumulator fetchNanos,
        LongAccumulator decodeNanos,
        LongAccumulator inferNanos,
        LongAccumulator writeNanos)
        implements Serializable {

    /** New accumulators in a Spark application. */
    public static LabelMetrics register(SparkContext spark) {
        return new LabelMetrics(
                spark.longAccumulator("cardinal.images"),
                spark.longAccumulator("cardinal.bytes"),
                spark.longAccumulator("cardinal.fetchNanos"),
                spark.longAccumulator("cardinal.decodeNanos"),
                spark.longAccumulator("cardinal.inferNanos"),
                spark.longAccumulator("cardinal.writeNanos"));
    }
}
