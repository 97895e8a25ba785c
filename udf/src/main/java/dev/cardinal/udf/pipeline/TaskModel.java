package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.device.DeviceSelection;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.card.Preprocessing;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * A task's leases of its models and of the preparers of its images. Closing it returns them, and they stay for the next task. Only
 * for the task's thread; lives on an executor.
 */
final class TaskModel implements AutoCloseable {
    private final DeviceUse device;
    private final List<ModelCache.Lease> leases;
    private final List<PipelineContext.PipelineModel> models;
    private final ImagePreparer preparer;

    private TaskModel(
            DeviceUse device,
            List<ModelCache.Lease> leases,
            List<PipelineContext.PipelineModel> models,
            ImagePreparer preparer) {
        this.device = device;
        this.leases = leases;
        this.models = models;
        this.preparer = preparer;
    }

    /**
     * Leases the model, and loads it if this process has not loaded it yet.
     *
     * @param task the running task, null outside of tasks, as on a driver
     */
    static TaskModel lease(@Nullable TaskContext task, ModelSpec model, LabelOptions options) {
        return lease(task, List.of(model), options);
    }

    /** Leases the models, and loads those that this process has not loaded yet. */
    static TaskModel lease(@Nullable TaskContext task, List<ModelSpec> models, LabelOptions options) {
        List<Preprocessing> preprocessings =
                models.stream().map(model -> model.model().preprocessing()).toList();
        DeviceSelection selection = DeviceSelection.of(task, options.execution());
        List<ModelCache.Lease> leases = new ArrayList<>();
        try {
            for (ModelSpec model : models) {
                // Before the preparer, because its session determines TensorFlow's threads.
                leases.add(ModelCache.lease(model, selection.settings()));
            }
            ImageHash hash = options.emit().contains(Emit.DHASH) ? ImageHash.DIFFERENCE : ImageHash.NONE;
            ImagePreparer preparer = PreparerPool.lease(preprocessings, options.image(), hash);
            return new TaskModel(selection.use(), leases, loaded(leases, preprocessings, options), preparer);
        } catch (RuntimeException | Error e) {
            leases.forEach(ModelCache.Lease::close);
            throw e;
        }
    }

    private static List<PipelineContext.PipelineModel> loaded(
            List<ModelCache.Lease> leases, List<Preprocessing> preprocessings, LabelOptions options) {
        int views = options.image().views().count();
        List<PipelineContext.PipelineModel> models = new ArrayList<>();
        for (int model = 0; model < leases.size(); model++) {
            models.add(new PipelineContext.PipelineModel(
                    ViewAverage.of(
                            leases.get(model).classifier(),
                            views,
                            options.execution().batchSize()),
                    views * ModelInput.pixelBytes(preprocessings.get(model))));
        }
        return models;
    }

    /** Returns the device that the models run on. */
    DeviceUse device() {
        return device;
    }

    /** Returns the first model; it receives all views of an image and returns their average. */
    Classifier classifier() {
        return models.get(0).classifier();
    }

    ImagePreparer preparer() {
        return preparer;
    }

    /** Returns the context for the task's pipeline. */
    PipelineContext pipeline(TaskContext task, ImageFetchers fetchers) {
        return PipelineContext.of(task, fetchers, preparer, models);
    }

    @Override
    public void close() {
        try {
            preparer.close();
        } finally {
            leases.forEach(ModelCache.Lease::close);
        }
    }
}
