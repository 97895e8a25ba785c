package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.task.TaskResources;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The function of a labeling task: image references in, rows of predictions tables out, one of each model for every image. The
 * {@code model} column says which model's table a row belongs to.
 *
 * <p>Serialized with every task, so it holds only small values. What it opens on the executor is closed when the task completes.
 */
public final class LabelPartition implements FlatMapFunction<Iterator<ImageRef>, Row> {
    private static final long serialVersionUID = 1L;

    private final List<ModelSpec> models;
    private final LabelOptions options;
    private final LabelMetrics metrics;
    private final Broadcast<SerializableConfiguration> configuration;

    /** @param models at least one; the task reads and decodes an image once for all of them */
    public LabelPartition(
            List<ModelSpec> models,
            LabelOptions options,
            LabelMetrics metrics,
            Broadcast<SerializableConfiguration> configuration) {
        this.models = List.copyOf(models);
        this.options = options;
        this.metrics = metrics;
        this.configuration = configuration;
    }

    @Override
    public Iterator<Row> call(Iterator<ImageRef> images) {
        TaskContext task = TaskContext.get();
        TaskModel leased = TaskModel.lease(task, models, options);
        metrics.addDevice(leased.device());
        TaskResources.closeWithTask(task, leased);
        ImageFetchers fetchers = ImageFetchers.of(configuration.value().value(), options.fields());
        List<PredictionRows> ofModels = models.stream()
                .map(model -> new PredictionRows(model.model(), options))
                .toList();
        PipelineIterator<ImageRef, Row> rows =
                rows(images, leased.pipeline(task, fetchers), options, ofModels, metrics);
        TaskResources.closeWithTask(task, rows);
        return rows;
    }

    /** Returns one row of each model for every image, in the order of the images; the caller closes the iterator. */
    static PipelineIterator<ImageRef, Row> rows(
            Iterator<ImageRef> images,
            PipelineContext pipeline,
            LabelOptions options,
            List<PredictionRows> rows,
            LabelMetrics metrics) {
        TaskCounters counters = new TaskCounters(metrics);
        ReorderBuffer<Row> buffer = ReorderBuffer.of(pipeline, options, counters);
        FetchingStage stage = new FetchingStage(pipeline, options, buffer, rows, counters);
        return new PipelineIterator<>(images, stage, buffer, pipeline, options.imagesPerBatch(), counters);
    }
}
