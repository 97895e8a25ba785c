package dev.cardinal.job.doctor;

import dev.cardinal.udf.EngineOptions;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.LabelMetrics;
import dev.cardinal.udf.LabelOptions;
import dev.cardinal.udf.LabelPartition;
import dev.cardinal.udf.ModelSpec;
import dev.cardinal.udf.PredictionSchema;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;

/** Labels a sample as a run would, in one commit that is removed again, and takes the time of all stages. Lives on the driver. */
final class StageMeasurement {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final double NANOS_PER_SECOND = 1e9;

    private final Instruments instruments;
    private final ModelSpec model;
    private final LabelOptions options;

    /**
     * @param model that every executor has loaded
     * @param options of the run
     */
    StageMeasurement(Instruments instruments, ModelSpec model, LabelOptions options) {
        this.instruments = instruments;
        this.model = model;
        this.options = options;
    }

    /**
     * What came of it.
     *
     * @param tasks each on its own
     * @param trialSeconds that the write before it took, of a row from each task
     */
    record Result(Measurement measurement, List<MeasuredTask> tasks, double trialSeconds) {}

    /**
     * Measures.
     *
     * @param slots tasks that run at once
     * @param output directory that a run would write to; empty where rows go as {@link TrialOutput} says
     * @throws Exception if a task fails, or it takes too long
     */
    Result of(Sample sample, int slots, Optional<String> output) throws Exception {
        return instruments.bounded().call("measuring", LIMIT, () -> {
            try (TrialOutput trial = TrialOutput.of(output, instruments.spark(), instruments.clock())) {
                double trialSeconds = trial.tryOut(slots);
                return measure(sample.tasks(slots), trial, trialSeconds);
            }
        });
    }

    private Result measure(List<List<ImageRef>> tasks, TrialOutput trial, double trialSeconds) throws Exception {
        int perTask = tasks.stream().mapToInt(List::size).max().orElse(1);
        EngineOptions engine =
                options.engine().withBatchSize(Math.min(options.engine().batchSize(), perTask));
        LabelOptions measured = new LabelOptions(
                options.topK(), options.emit(), options.maxFileBytes(), options.image(), options.fields(), engine);
        LabelMetrics metrics = LabelMetrics.register(instruments.spark().sparkContext());
        CollectionAccumulator<MeasuredTask> told =
                instruments.spark().sparkContext().collectionAccumulator();
        MeasuredPartition function = new MeasuredPartition(
                new LabelPartition(model, measured, metrics, instruments.shared()), metrics, told);
        StructType schema = PredictionSchema.table(measured.emit(), List.of());
        long start = System.nanoTime();
        JavaRDD<Row> rows = instruments
                .context()
                .parallelize(tasks, tasks.size())
                .flatMap(List::iterator)
                .mapPartitions(function);
        trial.append(instruments.spark().createDataFrame(rows, schema));
        double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
        List<MeasuredTask> all = List.copyOf(told.value());
        return new Result(Measurement.of(all, seconds, engine.batchSize(), trial.written()), all, trialSeconds);
    }
}
