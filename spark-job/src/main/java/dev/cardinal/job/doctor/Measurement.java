package dev.cardinal.job.doctor;

import dev.cardinal.udf.Counter;
import dev.cardinal.udf.CounterSums;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How a sample went through all stages.
 *
 * @param images of the sample
 * @param tasks that had part of it, all at the same time
 * @param executors that the tasks ran on
 * @param imagesPerSecond by executor
 * @param imagesPerSecondOfExecutor mean of those
 * @param batchSize images that the model was asked about at once, at most
 * @param batchFill how full its batches were, 0 to 1
 * @param sums what the tasks have counted
 * @param taskSeconds from the first image asked for to the last row written, summed over tasks
 * @param closeSeconds from there to the end of the task, in the mean: closing its file, and uploading it
 * @param commitSeconds what the job took beside the slowest of its executors: starting tasks, closing files, committing
 * @param written where rows went
 */
public record Measurement(
        long images,
        int tasks,
        int executors,
        Map<String, Double> imagesPerSecond,
        double imagesPerSecondOfExecutor,
        int batchSize,
        double batchFill,
        CounterSums sums,
        double taskSeconds,
        double closeSeconds,
        double commitSeconds,
        Written written) {

    /** Where rows went. */
    public enum Written {
        /** Below the output that the user names. */
        OUTPUT,
        /** To the local disk of the machine that does everything. */
        LOCAL_DISK,
        /** Nowhere: no place is known that all executors can write to. */
        NOWHERE;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    public Measurement {
        imagesPerSecond = Map.copyOf(imagesPerSecond);
    }

    /**
     * Puts together what tasks say.
     *
     * @param wallSeconds of the job
     */
    static Measurement of(List<MeasuredTask> tasks, double wallSeconds, int batchSize, Written written) {
        Map<String, List<MeasuredTask>> byExecutor = tasks.stream()
                .collect(Collectors.groupingBy(MeasuredTask::executor, TreeMap::new, Collectors.toList()));
        Map<String, Double> rates = new TreeMap<>();
        double slowest = 0;
        for (Map.Entry<String, List<MeasuredTask>> each : byExecutor.entrySet()) {
            double seconds = window(each.getValue());
            slowest = Math.max(slowest, seconds);
            rates.put(each.getKey(), images(each.getValue()) / seconds);
        }
        CounterSums sums = CounterSums.of(counter ->
                tasks.stream().mapToLong(task -> task.sums().value(counter)).sum());
        return new Measurement(
                images(tasks),
                tasks.size(),
                byExecutor.size(),
                rates,
                mean(List.copyOf(rates.values()), rate -> rate),
                batchSize,
                sums.batchFill(batchSize).orElse(0),
                sums,
                tasks.stream().mapToDouble(MeasuredTask::seconds).sum(),
                mean(tasks, MeasuredTask::closeSeconds),
                Math.max(0, wallSeconds - slowest),
                written);
    }

    /** In a few words. */
    String text() {
        return Texts.count(images, "image") + " in " + Texts.count(tasks, "task") + ": "
                + Texts.rate(imagesPerSecondOfExecutor) + (executors == 1 ? "" : " an executor")
                + (written == Written.NOWHERE ? ", rows not written" : ", rows written to the " + written.text());
    }

    private static long images(List<MeasuredTask> tasks) {
        return tasks.stream()
                .mapToLong(task -> task.sums().value(Counter.IMAGES))
                .sum();
    }

    /** From the first task's beginning to the last one's end, on one executor. */
    private static double window(List<MeasuredTask> tasks) {
        long start = tasks.stream()
                .map(MeasuredTask::startNanos)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        long end = tasks.stream()
                .map(MeasuredTask::endNanos)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return Math.max(1, end - start) / MeasuredTask.NANOS_PER_SECOND;
    }

    private static <T> double mean(List<T> values, ToDoubleFunction<T> value) {
        return values.stream().mapToDouble(value).average().orElse(0);
    }
}
