package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.pipeline.PipelineContext.PipelineModel;
import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;
import dev.cardinal.udf.task.TaskThreads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Returns one result of each model for every image of a task, valid or not, in the order of the images. While the caller takes results, later
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
    private final List<Inference<R>> inferences = new ArrayList<>();
    private final String task;
    private final TaskCounters counters;
    private final int flushEvery;
    private final List<Thread> inferring = new ArrayList<>();
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
        for (PipelineModel model : pipeline.models()) {
            inferences.add(new Inference<>(buffer, inferences.size(), model, batchSize, counters));
        }
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
            if (inferring.isEmpty()) {
                inferences.forEach(inference -> inferring.add(inference.start(task)));
            }
        }
    }

    @Override
    public void close() {
        buffer.close();
        try {
            stage.close();
        } finally {
            inferring.forEach(TaskThreads::join);
            counters.flush();
        }
    }
}
