package dev.cardinal.udf;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one task, one for every image whatever it holds, in the order of the images. While rows are taken other images are
 * read, prepared and classified.
 *
 * <p>The task closes it: that ends its threads and waits for what they have begun, so that what they use can be closed thereafter.
 * For the thread of the task alone; lives on an executor.
 */
final class LabelIterator implements Iterator<Row>, AutoCloseable {
    /** One batch is written, one is in the model, one is made meanwhile. */
    private static final int BATCHES_ON_THEIR_WAY = 3;

    private final Iterator<ImageRef> images;
    private final ImageWindow window;
    private final ImageIntake intake;
    private final Inference inference;
    private final String task;
    private final TaskCounters counters;
    private final int flushEvery;
    private @Nullable Thread inferring;
    private @Nullable ImageRef upcoming;
    private @Nullable Row row;
    private boolean ended;
    private long handedOverNanos;
    private int handedOver;

    LabelIterator(
            Iterator<ImageRef> images,
            Pipeline pipeline,
            LabelOptions options,
            PredictionRows rows,
            LabelMetrics metrics) {
        EngineOptions sizes = options.engine();
        this.images = images;
        this.task = pipeline.task();
        this.counters = new TaskCounters(metrics);
        this.flushEvery = sizes.batchSize();
        this.window = new ImageWindow(
                BATCHES_ON_THEIR_WAY * sizes.batchSize() + sizes.prefetch(),
                pipeline.windowBytes(),
                pipeline.pixelBytes(),
                counters,
                pipeline.killed());
        this.intake = new ImageIntake(
                new FetchAhead(pipeline.fetchers(), sizes.prefetch(), task),
                pipeline.decoding().share(),
                pipeline.preparer(),
                window,
                rows,
                counters,
                options.maxFileBytes());
        this.inference =
                new Inference(window, pipeline.classifier(), rows, sizes.batchSize(), pipeline.pixelBytes(), counters);
    }

    @Override
    public boolean hasNext() {
        if (handedOverNanos != 0) {
            counters.addSince(Counter.WRITE_NANOS, handedOverNanos);
            handedOverNanos = 0;
        }
        if (row == null) {
            row = finishedRow();
        }
        if (row == null) {
            counters.flush();
        }
        return row != null;
    }

    @Override
    public Row next() {
        if (!hasNext() || row == null) {
            throw new NoSuchElementException();
        }
        Row next = row;
        row = null;
        counters.add(Counter.IMAGES, 1);
        if (++handedOver % flushEvery == 0) {
            counters.flush();
        }
        handedOverNanos = System.nanoTime();
        return next;
    }

    /** The next row, or null after the last. */
    private @Nullable Row finishedRow() {
        while (true) {
            fillUp();
            Supplier<Row> finished = window.take(upcoming == null ? 0 : intake.bytes(upcoming));
            if (finished != null) {
                return finished.get();
            }
            if (ended) {
                return null;
            }
        }
    }

    /** Takes in images while there is room. */
    private void fillUp() {
        while (!ended) {
            if (upcoming == null && !images.hasNext()) {
                ended = true;
                intake.end();
                return;
            }
            if (upcoming == null) {
                upcoming = images.next();
            }
            if (!intake.offer(upcoming)) {
                return;
            }
            upcoming = null;
            if (inferring == null) {
                inferring = inference.start(task);
            }
        }
    }

    @Override
    public void close() {
        window.close();
        try {
            intake.close();
        } finally {
            if (inferring != null) {
                TaskThreads.join(inferring);
            }
            counters.flush();
        }
    }
}
