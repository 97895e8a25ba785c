package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.image.Preparation.Ready;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The thread of a task that asks the model: a batch is classified when it is full, when the next image has another size, or when no
 * other image can come before.
 *
 * <p>Ends by itself after the last image, after a failure, and when the window is closed. Owns nothing.
 *
 * @param <R> what comes of an image
 */
final class Inference<R> {
    /** Where images have any size, a batch holds at most this many bytes of pixels, unless one image alone has more. */
    private static final long MAX_BATCH_BYTES = 32L << 20;

    private final ImageWindow<R> window;
    private final Classifier classifier;
    private final int batchSize;
    private final long maxBatchBytes;
    private final TaskCounters counters;
    private final List<Pixels<R>> batch = new ArrayList<>();

    /**
     * @param pixelBytes of one image where all have one size, else 0
     */
    Inference(ImageWindow<R> window, Classifier classifier, int batchSize, long pixelBytes, TaskCounters counters) {
        this.maxBatchBytes = Math.max(MAX_BATCH_BYTES, batchSize * pixelBytes);
        this.window = window;
        this.classifier = classifier;
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
                // Goes on until there is nothing left.
            }
        } catch (Throwable e) {
            window.fail(e);
        }
    }

    private boolean step() throws InterruptedException {
        Pixels<R> next = window.next(!batch.isEmpty());
        if (window.isOver() || (next == null && batch.isEmpty())) {
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

    private void finish(Pixels<R> image, Scores scores) {
        Function<Scores, R> result = image.result();
        window.finish(image.slot(), () -> result.apply(scores)); // without its pixels
    }
}
