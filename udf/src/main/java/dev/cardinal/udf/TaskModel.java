package dev.cardinal.udf;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.zoo.Preprocessing;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * A task's hold on its model and on what prepares images for it. Closing it gives both back; they stay for the next task. For the
 * thread of the task alone; lives on an executor.
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
     * Loads the model if this process has not yet.
     *
     * @param task null where there is none, as on a driver
     */
    static TaskModel lease(@Nullable TaskContext task, ModelSpec model, LabelOptions options) {
        Preprocessing preprocessing = model.model().preprocessing();
        TaskEngine engine = TaskEngine.of(task, options.engine());
        // First, since its session decides on TensorFlow's threads.
        ModelCache.Lease lease = ModelCache.lease(model, engine.settings());
        ImagePreparer preparer = PreparerPool.lease(preprocessing, options.image());
        return new TaskModel(preprocessing, engine.use(), lease, preparer);
    }

    /** What the model runs on. */
    DeviceUse device() {
        return device;
    }

    Classifier classifier() {
        return lease.classifier();
    }

    ImagePreparer preparer() {
        return preparer;
    }

    /** What the task's images go through. */
    Pipeline pipeline(TaskContext task, ImageFetchers fetchers) {
        return Pipeline.of(task, fetchers, preparer, lease.classifier(), ModelInput.pixelBytes(preprocessing));
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
