package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;
import dev.cardinal.udf.task.TaskThreads;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Returns one result for every image of a task, valid or not, in the order of the images. While the caller takes results, later
 * images are read, prepared and classified.
 *
 * <p>The task closes it; that stops its threads and waits for the work they have begun, so that the resources they use can be
 * closed afterwards. Only for the task's thread; lives on an executor.
 *
 * @param <I> an image as the task receives it
 * @param <R> the result of an image
 */
final class PipelineIterator<I, R> implements Iterator<R>, AutoCloseable {
    private final Iterator<I> images;
    private final ReorderBuffer<R> buffer;
    private final PrepareStage<I> stage;
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
     * @param stage adds images to the buffer; is closed with this iterator
     * @param batchSize maximum number of images in a batch
     */
    PipelineIterator(
            Iterator<I> images,
            PrepareStage<I> stage,
            ReorderBuffer<R> buffer,
            PipelineContext pipeline,
            int batchSize,
            TaskCounters counters) {
        this.images = images;
        this.stage = stage;
        this.buffer = buffer;
        this.task = pipeline.task();
        this.counters = counters;
        this.flushEvery = batchSize;
        this.inference = new Inference<>(buffer, pipeline.classifier(), batchSize, pipeline.pixelBytes(), counters);
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

    /** Returns the next result, or null after the last. */
    private @Nullable R finished() {
        while (true) {
            fillUp();
            Supplier<R> finished = buffer.take(upcoming == null ? Reservation.NONE : stage.reservation(upcoming));
            if (finished != null) {
                return finished.get();
            }
            if (ended) {
                return null;
            }
        }
    }

    /** Adds images while there is room. */
    private void fillUp() {
        while (!ended) {
            if (upcoming == null && !images.hasNext()) {
                ended = true;
                stage.end();
                return;
            }
            if (upcoming == null) {
                upcoming = images.next();
            }
            if (!stage.offer(upcoming)) {
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
        buffer.close();
        try {
            stage.close();
        } finally {
            if (inferring != null) {
                TaskThreads.join(inferring);
            }
            counters.flush();
        }
    }
}
