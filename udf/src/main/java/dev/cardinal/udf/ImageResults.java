package dev.cardinal.udf;

import dev.cardinal.udf.ImageWindow.Room;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What comes of the images of one task, one result for every image whatever it holds, in the order of the images. While results
 * are taken other images are taken in, prepared and classified.
 *
 * <p>The task closes it: that ends its threads and waits for what they have begun, so that what they use can be closed thereafter.
 * For the thread of the task alone; lives on an executor.
 *
 * @param <I> an image as the task is given it
 * @param <R> what comes of it
 */
final class ImageResults<I, R> implements Iterator<R>, AutoCloseable {
    private final Iterator<I> images;
    private final ImageWindow<R> window;
    private final Intake<I> intake;
    private final Inference<R> inference;
    private final String task;
    private final TaskCounters counters;
    private final int flushEvery;
    private @Nullable Thread inferring;
    private @Nullable I upcoming;
    private @Nullable R result;
    private boolean ended;
    private long handedOverNanos;
    private int handedOver;

    /**
     * @param intake puts images into the window; is closed with this
     * @param batchSize images that the model is asked about at once, at most
     */
    ImageResults(
            Iterator<I> images,
            Intake<I> intake,
            ImageWindow<R> window,
            Pipeline pipeline,
            int batchSize,
            TaskCounters counters) {
        this.images = images;
        this.intake = intake;
        this.window = window;
        this.task = pipeline.task();
        this.counters = counters;
        this.flushEvery = batchSize;
        this.inference = new Inference<>(window, pipeline.classifier(), batchSize, pipeline.pixelBytes(), counters);
    }

    @Override
    public boolean hasNext() {
        if (handedOverNanos != 0) {
            counters.addSince(Counter.WRITE_NANOS, handedOverNanos);
            handedOverNanos = 0;
        }
        if (result == null) {
            result = finished();
        }
        if (result == null) {
            counters.flush();
        }
        return result != null;
    }

    @Override
    public R next() {
        if (!hasNext() || result == null) {
            throw new NoSuchElementException();
        }
        R next = result;
        result = null;
        counters.add(Counter.IMAGES, 1);
        if (++handedOver % flushEvery == 0) {
            counters.flush();
        }
        handedOverNanos = System.nanoTime();
        return next;
    }

    /** The next result, or null after the last. */
    private @Nullable R finished() {
        while (true) {
            fillUp();
            Supplier<R> finished = window.take(upcoming == null ? Room.NONE : intake.room(upcoming));
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
