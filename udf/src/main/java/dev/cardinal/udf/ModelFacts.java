package dev.cardinal.udf;

import dev.cardinal.zoo.GoldenSample;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What a model does on an executor, on its own: nothing is read or decoded.
 *
 * @param loadSeconds until it has arrived, is loaded and has been asked its golden sample; next to nothing where it was loaded
 *     before
 * @param batchSize images of the batch
 * @param batchSeconds one batch of synthetic images, with nothing else in the model
 * @param memory of the process meanwhile, null where the system does not tell
 */
public record ModelFacts(
        double loadSeconds,
        int batchSize,
        double batchSeconds,
        @Nullable Memory memory) implements Serializable {

    /** Of the model alone, one batch at a time. */
    public double imagesPerSecond() {
        return batchSize / batchSeconds;
    }

    /**
     * Memory of a process.
     *
     * @param loadedBytes what it had once the model was loaded
     * @param peakBytes the most that it has had up to the end of the batch
     * @param heapBytes the Java heap's part of it
     */
    public record Memory(long loadedBytes, long peakBytes, long heapBytes) implements Serializable {

        /** What it has had outside of the heap, with one batch in the model. */
        public long outsideBytes() {
            return Math.max(0, peakBytes - heapBytes);
        }

        /** What another batch beside that one would need, at most. */
        public long batchBytes() {
            return Math.max(0, peakBytes - loadedBytes);
        }
    }

    private static final Path PROCESS_STATUS = Path.of("/proc/self/status");
    /** A first batch that takes longer is the one that counts, though TensorFlow prepares the graph in it. */
    private static final double PATIENCE_SECONDS = 20;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long KIBIBYTE = 1024;

    /**
     * Loads a model as a labelling task does, and asks it about one batch.
     *
     * @param edge rows and columns of the images
     * @throws dev.cardinal.zoo.CardinalException if it does not load, or gives other numbers than where it was imported
     */
    public static ModelFacts of(TaskContext task, ModelSpec model, EngineOptions options, int edge) {
        long start = System.nanoTime();
        try (ModelCache.Lease lease =
                ModelCache.lease(model, TaskEngine.of(task, options).settings())) {
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

    /** A field of Linux's description of this process. */
    private static @Nullable Long statusBytes(String field) {
        try {
            return Files.readAllLines(PROCESS_STATUS).stream()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> KIBIBYTE * Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) { // another system
            return null;
        }
    }
}
