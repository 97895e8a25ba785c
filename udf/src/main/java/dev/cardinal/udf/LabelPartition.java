package dev.cardinal.udf;

import dev.cardinal.udf.image.ImagePreparer;
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
        ImagePreparer preparer = ModelInput.preparer(model.model().preprocessing(), options.image());
        closeWithTask(preparer);
        TaskEngine engine = TaskEngine.of(TaskContext.get(), options.engine());
        metrics.addDevice(engine.use());
        ModelCache.Lease lease = ModelCache.lease(model, engine.settings());
        closeWithTask(lease);
        ImageFetcher fetcher = new ContainerFetcher(configuration.value().value(), options.fields());
        closeWithTask(fetcher);
        return new LabelIterator(
                images,
                fetcher,
                preparer,
                lease.classifier(),
                options,
                new PredictionRows(model.model(), options),
                metrics);
    }

    private static void closeWithTask(AutoCloseable resource) {
        TaskResources.closeWithTask(TaskContext.get(), resource);
    }
}
