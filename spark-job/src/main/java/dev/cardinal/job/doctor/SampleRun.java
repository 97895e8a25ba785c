package dev.cardinal.job.doctor;

import dev.cardinal.job.doctor.Diagnosis.Measurement;
import dev.cardinal.job.doctor.Diagnosis.StageSeconds;
import dev.cardinal.job.doctor.Diagnosis.Written;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.udf.pipeline.LabelPartition;
import dev.cardinal.udf.task.PackedValues;
import java.io.Serializable;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;

/**
 * How a sample was labeled. Lives on the driver.
 *
 * @param tasks all tasks, which ran at the same time
 * @param wallSeconds wall time of the job
 * @param batchSize maximum number of images in a batch
 * @param trialSeconds time of the write before it, of one row from each task
 */
record SampleRun(List<Task> tasks, double wallSeconds, int batchSize, Written written, double trialSeconds) {
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * How one task labeled its part of the sample. Serializable.
     *
     * @param executor Spark's id of the executor
     * @param startNanos when the task asked for the first image, by the executor's clock
     * @param endNanos when the last row was written, by the same clock
     * @param closeSeconds time from there to the end of the task
     * @param sums counters of the task
     * @param outcomes rows by status
     */
    record Task(
            String executor,
            long startNanos,
            long endNanos,
            double closeSeconds,
            CounterSnapshot sums,
            Outcomes outcomes)
            implements Serializable {}

    /**
     * Labels a sample as a run would, in one commit that is removed again, and measures all stages.
     *
     * @param model the model, which every executor has loaded
     * @param options options of the run
     * @param slots tasks that run at the same time
     * @param output directory that a run would write to; if empty, rows are written as {@link TrialOutput} describes
     * @throws Exception if a task fails
     */
    static SampleRun of(
            DoctorContext context,
            ModelSpec model,
            LabelOptions options,
            SampleImages sample,
            int slots,
            Optional<String> output)
            throws Exception {
        List<List<ImageRef>> tasks = sample.tasks(slots);
        int perTask = tasks.stream().mapToInt(List::size).max().orElse(1);
        int viewsPerTask = perTask * options.image().views().count();
        ExecutionOptions execution = options.execution();
        LabelOptions measured =
                options.withExecution(execution.withBatchSize(Math.min(execution.batchSize(), viewsPerTask)));
        try (TrialOutput trial = TrialOutput.of(context, output)) {
            double trialSeconds = trial.writeRows(slots);
            LabelMetrics metrics = LabelMetrics.register(context.sparkContext());
            CollectionAccumulator<Task> finished = context.sparkContext().collectionAccumulator();
            LabelPartition labeling = new LabelPartition(List.of(model), measured, metrics, context.configuration());
            long start = System.nanoTime();
            JavaRDD<Row> rows = PackedValues.parallelize(context.javaContext(), tasks, tasks.size())
                    .flatMap(List::iterator)
                    .mapPartitions(new MeasuredPartition(labeling, metrics, finished));
            trial.append(context.spark().createDataFrame(rows, PredictionSchema.table(measured.emit(), List.of())));
            double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
            return new SampleRun(
                    List.copyOf(finished.value()), seconds, measured.imagesPerBatch(), trial.written(), trialSeconds);
        }
    }

    /** Returns the sums of the tasks' counters. */
    CounterSnapshot sums() {
        return CounterSnapshot.of(counter -> sum(tasks, counter));
    }

    /** Returns the time from the first image to the last row, summed over tasks. */
    double taskSeconds() {
        return tasks.stream()
                .mapToDouble(task -> (task.endNanos() - task.startNanos()) / NANOS_PER_SECOND)
                .sum();
    }

    /** Returns the rate of each executor, by Spark's id. */
    Map<String, Double> imagesPerSecond() {
        Map<String, Double> rates = new TreeMap<>();
        byExecutor().forEach((executor, its) -> rates.put(executor, sum(its, Counter.IMAGES) / seconds(its)));
        return rates;
    }

    Measurement measurement() {
        CounterSnapshot sums = sums();
        Collection<Double> rates = imagesPerSecond().values();
        double slowest = byExecutor().values().stream()
                .mapToDouble(SampleRun::seconds)
                .max()
                .orElse(0);
        return new Measurement(
                sums.value(Counter.IMAGES),
                tasks.size(),
                rates.size(),
                rates.stream().mapToDouble(rate -> rate).average().orElse(0),
                batchSize,
                sums.batchFill(batchSize).orElse(0),
                sums.value(Counter.BYTES),
                StageSeconds.of(sums),
                tasks.stream().mapToDouble(Task::closeSeconds).average().orElse(0),
                Math.max(0, wallSeconds - slowest),
                written);
    }

    private Map<String, List<Task>> byExecutor() {
        return tasks.stream().collect(Collectors.groupingBy(Task::executor));
    }

    private static long sum(List<Task> tasks, Counter counter) {
        return tasks.stream().mapToLong(task -> task.sums().value(counter)).sum();
    }

    /** Returns the time from the start of the first task to the end of the last one. The tasks are those of one executor. */
    private static double seconds(List<Task> tasks) {
        long start = tasks.stream().mapToLong(Task::startNanos).min().orElseThrow();
        long end = tasks.stream().mapToLong(Task::endNanos).max().orElseThrow();
        return Math.max(1, end - start) / NANOS_PER_SECOND;
    }

    /**
     * Labels a partition and, when its task ends, adds how it went to an accumulator. Serialized with every task; the metrics must be
     * those that the labeling itself adds to.
     */
    private static final class MeasuredPartition implements FlatMapFunction<Iterator<ImageRef>, Row> {
        private static final long serialVersionUID = 1L;

        // Rows on their way to a table do not know the names of their columns.
        private static final StructType TABLE = PredictionSchema.table(Set.of(), List.of());
        private static final int PATH = TABLE.fieldIndex("path");
        private static final int STATUS = TABLE.fieldIndex("status");
        private static final int ERROR = TABLE.fieldIndex("error");

        private final LabelPartition labeling;
        private final LabelMetrics metrics;
        private final CollectionAccumulator<Task> finished;

        MeasuredPartition(LabelPartition labeling, LabelMetrics metrics, CollectionAccumulator<Task> finished) {
            this.labeling = labeling;
            this.metrics = metrics;
            this.finished = finished;
        }

        @Override
        public Iterator<Row> call(Iterator<ImageRef> images) {
            long startNanos = System.nanoTime();
            MeasuredRows rows = new MeasuredRows(labeling.call(images));
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> {
                if (rows.endNanos != 0) {
                    finished.add(new Task(
                            SparkEnv.get().executorId(),
                            startNanos,
                            rows.endNanos,
                            (System.nanoTime() - rows.endNanos) / NANOS_PER_SECOND,
                            CounterSnapshot.of(metrics::value),
                            rows.outcomes));
                }
            });
            return rows;
        }

        private static final class MeasuredRows implements Iterator<Row> {
            private final Iterator<Row> rows;
            private final Outcomes outcomes = new Outcomes();
            /** When the last row was written; 0 until then. */
            private long endNanos;

            MeasuredRows(Iterator<Row> rows) {
                this.rows = rows;
            }

            @Override
            public boolean hasNext() {
                boolean more = rows.hasNext();
                if (!more && endNanos == 0) {
                    endNanos = System.nanoTime();
                }
                return more;
            }

            @Override
            public Row next() {
                Row row = rows.next();
                outcomes.add(row.getString(PATH), row.getString(STATUS), row.getString(ERROR));
                return row;
            }
        }
    }
}
