package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.pipeline.PipelineContext.PipelineModel;
import dev.cardinal.udf.pipeline.ReorderBuffer.PreparedImage;
import dev.cardinal.udf.task.TaskThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The thread of a task that runs a model. A batch is classified when it is full, when the next image has another size, or when no
 * further image can arrive until it is classified.
 *
 * <p>Ends by itself after the last image, after a failure, and when the buffer is closed. Owns nothing.
 *
 * @param <R> the result of an image
 */
final class Inference<R> {
    /** Maximum pixel bytes of a batch if images differ in size, unless a single image has more. */
    private static final long MAX_BATCH_BYTES = 32L << 20;

    private final ReorderBuffer<R> buffer;
    private final int model;
    private final Classifier classifier;
    private final int batchSize;
    private final long maxBatchBytes;
    private final TaskCounters counters;
    private final List<PreparedImage<R>> batch = new ArrayList<>();

    /**
     * @param number index of the model in the buffer
     * @param model the model; its pixel bytes are the size of one image if all images have the same size
     */
    Inference(ReorderBuffer<R> buffer, int number, PipelineModel model, int batchSize, TaskCounters counters) {
        this.maxBatchBytes = Math.max(MAX_BATCH_BYTES, batchSize * model.pixelBytes());
        this.buffer = buffer;
        this.model = number;
        this.classifier = model.classifier();
        this.batchSize = batchSize;
        this.counters = counters;
    }

    /** Starts the thread. */
    Thread start(String task) {
        Thread thread = TaskThreads.ofTask("cardinal-infer-" + task, this::run);
        thread.start();
        return thread;
    }

    private void run() {
        try {
            while (step()) {
                // Continues until nothing is left.
            }
        } catch (Throwable e) {
            buffer.fail(e);
        }
    }

    private boolean step() throws InterruptedException {
        PreparedImage<R> next = buffer.next(model, !batch.isEmpty());
        if (buffer.isOver() || (next == null && batch.isEmpty())) {
            return false;
        }
        if (next == null || !fits(next.ready())) {
            classifyBatch();
        }
        if (next != null) {
            batch.add(next);
        }
        if (batch.size() == batchSize) {
            classifyBatch();
        }
        return true;
    }

    private boolean fits(Ready ready) {
        if (batch.isEmpty()) {
            return true;
        }
        Ready first = batch.get(0).ready();
        long bytes = (long) ready.rgb().length * (batch.size() + 1);
        return first.width() == ready.width() && first.height() == ready.height() && bytes <= maxBatchBytes;
    }

    private void classifyBatch() {
        long start = System.nanoTime();
        Ready first = batch.get(0).ready();
        List<byte[]> pixels = batch.stream().map(image -> image.ready().rgb()).toList();
        List<Scores> scores = classifier.classify(pixels, first.height(), first.width());
        counters.addSince(Counter.INFER_NANOS, start);
        counters.add(Counter.BATCHES, 1);
        counters.add(Counter.CLASSIFIED, batch.size());
        for (int i = 0; i < batch.size(); i++) {
            finish(batch.get(i), scores.get(i));
        }
        batch.clear();
    }

    private void finish(PreparedImage<R> image, Scores scores) {
        Function<Scores, R> result = image.result();
        buffer.finish(image.entry(), () -> result.apply(scores)); // does not reference the pixels
    }
}
