package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.task.ExecutorCores;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;

/**
 * The resources and limits that the stages of a task's pipeline share. Owns nothing; lives on an executor.
 *
 * @param task name of the task, part of its threads' names
 * @param killed returns whether the task must stop
 * @param fetchers open image fetchers
 * @param decoding threads that prepare images
 * @param preparer prepares images, on any thread
 * @param classifier the model
 * @param bufferBytes maximum bytes of images in progress
 * @param pixelBytes expected pixel bytes of one prepared image
 */
record PipelineContext(
        String task,
        BooleanSupplier killed,
        ImageFetchers fetchers,
        DecodePool decoding,
        ImagePreparer preparer,
        Classifier classifier,
        long bufferBytes,
        long pixelBytes) {

    /** The images in progress of all tasks may take this fraction of the heap: one part in this many. */
    private static final int HEAP_PARTS = 8;

    /** Returns the context of a running Spark task, which may use its share of the process's memory. */
    static PipelineContext of(
            TaskContext task, ImageFetchers fetchers, ImagePreparer preparer, Classifier classifier, long pixelBytes) {
        return new PipelineContext(
                Long.toString(task.taskAttemptId()),
                task::isInterrupted,
                fetchers,
                DecodePool.ofProcess(),
                preparer,
                classifier,
                Runtime.getRuntime().maxMemory() / HEAP_PARTS / ExecutorCores.count(),
                pixelBytes);
    }
}
