package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.task.ExecutorCores;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;

/**
 * The resources and limits that the stages of a task's pipeline share. Owns nothing; lives on an executor.
 *
 * @param task name of the task, part of its threads' names
 * @param killed returns whether the task must stop
 * @param fetchers open image fetchers
 * @param decoding threads that prepare images
 * @param preparer prepares images for each of the models, on any thread
 * @param models the models, at least one
 * @param bufferBytes maximum bytes of images in progress
 */
record PipelineContext(
        String task,
        BooleanSupplier killed,
        ImageFetchers fetchers,
        DecodePool decoding,
        ImagePreparer preparer,
        List<PipelineModel> models,
        long bufferBytes) {

    /** The images in progress of all tasks may take this fraction of the heap: one part in this many. */
    private static final int HEAP_PARTS = 8;

    /**
     * A model of a task.
     *
     * @param classifier the model
     * @param pixelBytes expected pixel bytes of one image that is prepared for it
     */
    record PipelineModel(Classifier classifier, long pixelBytes) {}

    PipelineContext {
        models = List.copyOf(models);
    }

    /** Returns the context of a running Spark task, which may use its share of the process's memory. */
    static PipelineContext of(
            TaskContext task, ImageFetchers fetchers, ImagePreparer preparer, List<PipelineModel> models) {
        return new PipelineContext(
                Long.toString(task.taskAttemptId()),
                task::isInterrupted,
                fetchers,
                DecodePool.ofProcess(),
                preparer,
                models,
                Runtime.getRuntime().maxMemory() / HEAP_PARTS / ExecutorCores.count());
    }

    /** Returns the expected pixel bytes of one image that is prepared for the model that needs most. */
    long pixelBytes() {
        return models.stream().mapToLong(PipelineModel::pixelBytes).max().orElseThrow();
    }
}
