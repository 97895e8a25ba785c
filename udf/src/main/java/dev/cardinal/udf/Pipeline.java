package dev.cardinal.udf;

import dev.cardinal.udf.image.ImagePreparer;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;

/**
 * What the images of a task go through. Owns nothing; lives on an executor.
 *
 * @param task names the task's threads
 * @param killed whether the task is to end
 * @param fetchers open what reads
 * @param decoding threads that prepare images
 * @param preparer prepares images, on any thread
 * @param classifier the model
 * @param windowBytes of images that are on their way, at most
 * @param pixelBytes of one prepared image, as far as it is known beforehand
 */
record Pipeline(
        String task,
        BooleanSupplier killed,
        ImageFetchers fetchers,
        DecodePool decoding,
        ImagePreparer preparer,
        Classifier classifier,
        long windowBytes,
        long pixelBytes) {

    /** The part of the heap that the images of all tasks may have while they are on their way. */
    private static final int HEAP_PARTS = 8;

    /** A running Spark task's, which has its part of the process's memory. */
    static Pipeline of(
            TaskContext task, ImageFetchers fetchers, ImagePreparer preparer, Classifier classifier, long pixelBytes) {
        return new Pipeline(
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
