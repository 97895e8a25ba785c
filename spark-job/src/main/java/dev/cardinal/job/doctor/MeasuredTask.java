package dev.cardinal.job.doctor;

import dev.cardinal.udf.CounterSums;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * How part of a sample went in one task.
 *
 * @param executor Spark's id of the executor
 * @param startNanos when the first image was asked for, by the executor's clock
 * @param endNanos when the last row had been written, by the same
 * @param closeSeconds from there to the end of the task
 * @param sums what it has counted
 * @param statuses rows by status
 * @param examples the first rows that are not ok, as path and error
 */
record MeasuredTask(
        String executor,
        long startNanos,
        long endNanos,
        double closeSeconds,
        CounterSums sums,
        Map<String, Long> statuses,
        List<String> examples)
        implements Serializable {
    static final double NANOS_PER_SECOND = 1e9;

    MeasuredTask {
        statuses = Map.copyOf(statuses);
        examples = List.copyOf(examples);
    }

    double seconds() {
        return (endNanos - startNanos) / NANOS_PER_SECOND;
    }
}
