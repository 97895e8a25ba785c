package dev.cardinal.udf;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The function each labelling task runs: image references in, rows of the predictions table out.
 *
 * <p>Serialized with every task; holds only what is small. What it opens on the executor is closed when the task completes.
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
        LabelIterator rows = new LabelIterator(
                images, leased.pipeline(task, fetchers), options, new PredictionRows(model.model(), options), metrics);
        TaskResources.closeWithTask(task, rows);
        return rows;
    }
}
