package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSink;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.task.TaskResources;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * Returns the results of a task's rows in their order, and classifies their images in batches while the caller takes results.
 *
 * <p>The model is leased at the first row with an image. Everything is closed after the last row, or when the task completes.
 * Only for the task's thread; lives on an executor.
 *
 * @param <K> what is kept of a row
 * @param <R> the result of a row
 */
public final class BatchingRowIterator<K, R> implements Iterator<R>, AutoCloseable {
    private final Iterator<ImageRow<K>> rows;
    private final ClassifiedRowMapper<K, R> mapper;
    private final TaskCounters counters;
    private final Function<Iterator<ImageRow<K>>, OpenPipeline<R>> opener;
    private @Nullable ImageRow<K> upcoming;
    private @Nullable OpenPipeline<R> pipeline;
    private boolean closed;

    /** The pipeline that classifies, from the first image on, with the lease of its model. */
    private record OpenPipeline<R>(AutoCloseable model, PipelineIterator<?, R> results) {}

    private BatchingRowIterator(
            Iterator<ImageRow<K>> rows,
            ClassifiedRowMapper<K, R> mapper,
            TaskCounters counters,
            Function<Iterator<ImageRow<K>>, OpenPipeline<R>> opener) {
        this.rows = new Timed<>(rows, counters);
        this.mapper = mapper;
        this.counters = counters;
        this.opener = opener;
    }

    /**
     * Classifies the rows of a running task.
     *
     * @param rows read only by the task's thread
     * @param counts receives the task's counters
     */
    public static <K, R> BatchingRowIterator<K, R> of(
            TaskContext task,
            ModelSpec model,
            LabelOptions options,
            Iterator<ImageRow<K>> rows,
            ClassifiedRowMapper<K, R> mapper,
            CounterSink counts) {
        TaskCounters counters = new TaskCounters(counts);
        BatchingRowIterator<K, R> all = new BatchingRowIterator<>(rows, mapper, counters, images -> {
            TaskModel leased = TaskModel.lease(task, model, options);
            try {
                return open(leased, leased.pipeline(task, ImageFetchers.NONE), options, images, mapper, counters);
            } catch (RuntimeException | Error e) {
                leased.close();
                throw e;
            }
        });
        TaskResources.closeWithTask(task, all);
        return all;
    }

    /** Classifies rows with a given pipeline. */
    static <K, R> BatchingRowIterator<K, R> of(
            AutoCloseable model,
            PipelineContext pipeline,
            LabelOptions options,
            Iterator<ImageRow<K>> rows,
            ClassifiedRowMapper<K, R> mapper,
            CounterSink counts) {
        TaskCounters counters = new TaskCounters(counts);
        return new BatchingRowIterator<>(
                rows, mapper, counters, images -> open(model, pipeline, options, images, mapper, counters));
    }

    private static <K, R> OpenPipeline<R> open(
            AutoCloseable model,
            PipelineContext pipeline,
            LabelOptions options,
            Iterator<ImageRow<K>> rows,
            ClassifiedRowMapper<K, R> mapper,
            TaskCounters counters) {
        ReorderBuffer<R> buffer = ReorderBuffer.of(pipeline, options, counters);
        InMemoryStage<K, R> stage = new InMemoryStage<>(pipeline, buffer, mapper, counters, options.maxFileBytes());
        return new OpenPipeline<>(
                model, new PipelineIterator<>(rows, stage, buffer, pipeline, options.imagesPerBatch(), counters));
    }

    @Override
    public boolean hasNext() {
        if (closed) {
            return false;
        }
        boolean more = pipeline == null
                ? hasNextBeforeFirstImage()
                : pipeline.results().hasNext();
        if (!more) {
            close();
        }
        return more;
    }

    private boolean hasNextBeforeFirstImage() {
        if (upcoming != null) {
            return true;
        }
        if (!rows.hasNext()) {
            return false;
        }
        ImageRow<K> next = rows.next();
        if (next.input() == null) {
            upcoming = next;
            return true;
        }
        pipeline = opener.apply(new Prepended<>(next, rows));
        return pipeline.results().hasNext();
    }

    @Override
    public R next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (upcoming != null) {
            ImageRow<K> row = upcoming;
            upcoming = null;
            counters.add(Counter.IMAGES, 1);
            return mapper.withoutImage(row.row());
        }
        if (pipeline == null) {
            throw new NoSuchElementException();
        }
        return pipeline.results().next();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (pipeline != null) {
                pipeline.results().close();
            }
        } finally {
            counters.flush();
            if (pipeline != null) {
                close(pipeline.model());
                pipeline = null;
            }
        }
    }

    private static void close(AutoCloseable model) {
        try {
            model.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + model, e);
        }
    }

    /** Returns a row that was taken already, then the others. */
    private static final class Prepended<T> implements Iterator<T> {
        private final Iterator<T> others;
        private @Nullable T first;

        Prepended(T first, Iterator<T> others) {
            this.first = first;
            this.others = others;
        }

        @Override
        public boolean hasNext() {
            return first != null || others.hasNext();
        }

        @Override
        public T next() {
            T next = first;
            first = null;
            return next == null ? others.next() : next;
        }
    }

    /** Measures the time that the source of the rows takes. */
    private static final class Timed<T> implements Iterator<T> {
        private final Iterator<T> rows;
        private final TaskCounters counters;

        Timed(Iterator<T> rows, TaskCounters counters) {
            this.rows = rows;
            this.counters = counters;
        }

        @Override
        public boolean hasNext() {
            long start = System.nanoTime();
            boolean more = rows.hasNext();
            counters.addSince(Counter.FETCH_NANOS, start);
            return more;
        }

        @Override
        public T next() {
            long start = System.nanoTime();
            T next = rows.next();
            counters.addSince(Counter.FETCH_NANOS, start);
            return next;
        }
    }
}
