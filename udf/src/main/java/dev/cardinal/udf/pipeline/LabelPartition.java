package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.task.TaskResources;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The function of a labeling task: image references in, rows of the predictions table out.
 *
 * <p>Serialized with every task, so it holds only small values. What it opens on the executor is closed when the task completes.
 */
public final class LabelPartition implements FlatMapFunction<Iterator<ImageRef>, Row> {
    private static final long serialVersionUID = 1L;

    private final ModelSpec model;
    private final LabelOptions options;
    private final LabelMetrics metrics;
    private final Broadcast<SerializableConfiguration> configuration;

    public LabelPartition(
            ModelSpec model,
            LabelOptions options,
            LabelMetrics metrics,
            Broadcast<SerializableConfiguration> configuration) {
        this.model = model;
        this.options = options;
        this.metrics = metrics;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Row> call(Iterator<ImageRef> images) {
        TaskContext task = TaskContext.get();
        TaskModel leased = TaskModel.lease(task, model, options);
        metrics.addDevice(leased.device());
        TaskResources.closeWithTask(task, leased);
        ImageFetchers fetchers = ImageFetchers.of(configuration.value().value(), options.fields());
        PipelineIterator<ImageRef, Row> rows = rows(
                images, leased.pipeline(task, fetchers), options, new PredictionRows(model.model(), options), metrics);
        TaskResources.closeWithTask(task, rows);
        return rows;
    }

    /** Returns one row for every image, in the order of the images; the caller closes the iterator. */
    static PipelineIterator<ImageRef, Row> rows(
            Iterator<ImageRef> images,
            PipelineContext pipeline,
            LabelOptions options,
            PredictionRows rows,
            LabelMetrics metrics) {
        TaskCounters counters = new TaskCounters(metrics);
        ReorderBuffer<Row> buffer = ReorderBuffer.of(pipeline, options.execution(), counters);
        FetchingStage stage = new FetchingStage(pipeline, options, buffer, rows, counters);
        return new PipelineIterator<>(
                images, stage, buffer, pipeline, options.execution().batchSize(), counters);
    }
}
