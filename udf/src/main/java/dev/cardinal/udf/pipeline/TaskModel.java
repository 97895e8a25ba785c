package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.device.DeviceSelection;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.card.Preprocessing;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * A task's leases of its model and of the preparers of its images. Closing it returns both, and they stay for the next task. Only
 * for the task's thread; lives on an executor.
 */
final class TaskModel implements AutoCloseable {
    private final Preprocessing preprocessing;
    private final DeviceUse device;
    private final ModelCache.Lease lease;
    private final ImagePreparer preparer;

    private TaskModel(Preprocessing preprocessing, DeviceUse device, ModelCache.Lease lease, ImagePreparer preparer) {
        this.preprocessing = preprocessing;
        this.device = device;
        this.lease = lease;
        this.preparer = preparer;
    }

    /**
     * Leases the model, and loads it if this process has not loaded it yet.
     *
     * @param task the running task, null outside of tasks, as on a driver
     */
    static TaskModel lease(@Nullable TaskContext task, ModelSpec model, LabelOptions options) {
        Preprocessing preprocessing = model.model().preprocessing();
        DeviceSelection selection = DeviceSelection.of(task, options.execution());
        // First, because its session determines TensorFlow's threads.
        ModelCache.Lease lease = ModelCache.lease(model, selection.settings());
        ImagePreparer preparer = PreparerPool.lease(preprocessing, options.image());
        return new TaskModel(preprocessing, selection.use(), lease, preparer);
    }

    /** Returns the device that the model runs on. */
    DeviceUse device() {
        return device;
    }

    Classifier classifier() {
        return lease.classifier();
    }

    ImagePreparer preparer() {
        return preparer;
    }

    /** Returns the context for the task's pipeline. */
    PipelineContext pipeline(TaskContext task, ImageFetchers fetchers) {
        return PipelineContext.of(task, fetchers, preparer, lease.classifier(), ModelInput.pixelBytes(preprocessing));
    }

    @Override
    public void close() {
        try {
            preparer.close();
        } finally {
            lease.close();
        }
    }
}
