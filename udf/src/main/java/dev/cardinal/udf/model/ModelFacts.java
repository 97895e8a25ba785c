package dev.cardinal.udf.model;

import dev.cardinal.udf.device.DeviceSelection;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.zoo.card.GoldenSample;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Measurements of a model on an executor, without reading or decoding images. Immutable and serializable.
 *
 * @param loadSeconds time to fetch and load the model and to check its golden sample; almost 0 if it was loaded before
 * @param batchSize images in the batch
 * @param batchSeconds time for one batch of synthetic images while the model does nothing else
 * @param memory memory of the process during the measurement, null if the operating system does not report it
 */
public record ModelFacts(
        double loadSeconds,
        int batchSize,
        double batchSeconds,
        @Nullable Memory memory) implements Serializable {

    /** Returns the throughput of the model alone, one batch at a time. */
    public double imagesPerSecond() {
        return batchSize / batchSeconds;
    }

    /**
     * Memory of a process.
     *
     * @param loadedBytes resident memory after the model was loaded
     * @param peakBytes largest resident memory until the end of the batch
     * @param heapBytes size of the Java heap
     */
    public record Memory(long loadedBytes, long peakBytes, long heapBytes) implements Serializable {

        /** Returns the memory outside of the heap with one batch in the model. */
        public long outsideBytes() {
            return Math.max(0, peakBytes - heapBytes);
        }

        /** Returns an upper limit for the memory of one more batch at the same time. */
        public long batchBytes() {
            return Math.max(0, peakBytes - loadedBytes);
        }
    }

    private static final Path PROCESS_STATUS = Path.of("/proc/self/status");
    /** A longer first batch is not repeated, although its time includes the preparation of the graph. */
    private static final double PATIENCE_SECONDS = 20;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long KIBIBYTE = 1024;

    /**
     * Loads a model as a labeling task does, and runs it on one batch.
     *
     * @param edge rows and columns of the images
     * @throws dev.cardinal.zoo.CardinalException if the model does not load, or its logits differ from the import
     */
    public static ModelFacts of(TaskContext task, ModelSpec model, ExecutionOptions options, int edge) {
        long start = System.nanoTime();
        try (ModelCache.Lease lease =
                ModelCache.lease(model, DeviceSelection.of(task, options).settings())) {
            double loadSeconds = since(start);
            Long loadedBytes = statusBytes("VmRSS");
            List<byte[]> batch = Collections.nCopies(options.batchSize(), GoldenSample.pattern(edge));
            double batchSeconds = seconds(lease.classifier(), batch, edge);
            if (batchSeconds < PATIENCE_SECONDS) {
                batchSeconds = seconds(lease.classifier(), batch, edge);
            }
            Long peakBytes = statusBytes("VmHWM");
            return new ModelFacts(
                    loadSeconds,
                    options.batchSize(),
                    batchSeconds,
                    loadedBytes == null || peakBytes == null
                            ? null
                            : new Memory(
                                    loadedBytes, peakBytes, Runtime.getRuntime().totalMemory()));
        }
    }

    private static double seconds(Classifier classifier, List<byte[]> batch, int edge) {
        long start = System.nanoTime();
        classifier.classify(batch, edge, edge);
        return since(start);
    }

    private static double since(long startNanos) {
        return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    }

    /** Reads a field of Linux's status file of this process; null if there is none. */
    private static @Nullable Long statusBytes(String field) {
        try {
            return Files.readAllLines(PROCESS_STATUS).stream()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> KIBIBYTE * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) { // not Linux
            return null;
        }
    }
}
