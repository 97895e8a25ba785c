package dev.cardinal.udf;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the rows of one task that carry images, in their order; images are classified in batches while rows are taken.
 *
 * <p>The model is leased when the first image comes. After the last row, and when the task completes, everything is closed. For the
 * thread of the task alone; lives on an executor.
 *
 * @param <K> what is kept of a row
 * @param <R> what it becomes
 */
public final class ClassifiedRows<K, R> implements Iterator<R>, AutoCloseable {
    private final Iterator<HeldImage<K>> rows;
    private final Classified<K, R> classified;
    private final TaskCounters counters;
    private final Function<Iterator<HeldImage<K>>, Engine<R>> engines;
    private @Nullable HeldImage<K> upcoming;
    private @Nullable Engine<R> engine;
    private boolean closed;

    /** What classifies, from the first image on. */
    private record Engine<R>(AutoCloseable model, ImageResults<?, R> results) {}

    private ClassifiedRows(
            Iterator<HeldImage<K>> rows,
            Classified<K, R> classified,
            TaskCounters counters,
            Function<Iterator<HeldImage<K>>, Engine<R>> engines) {
        this.rows = new Timed<>(rows, counters);
        this.classified = classified;
        this.counters = counters;
        this.engines = engines;
    }

    /**
     * Classifies the rows of a running task.
     *
     * @param rows asked for by the thread of the task
     * @param counts where the task's counters go
     */
    public static <K, R> ClassifiedRows<K, R> of(
            TaskContext task,
            ModelSpec model,
            LabelOptions options,
            Iterator<HeldImage<K>> rows,
            Classified<K, R> classified,
            CounterSink counts) {
        TaskCounters counters = new TaskCounters(counts);
        ClassifiedRows<K, R> all = new ClassifiedRows<>(rows, classified, counters, images -> {
            TaskModel leased = TaskModel.lease(task, model, options);
            try {
                return engine(leased, leased.pipeline(task, ImageFetchers.NONE), options, images, classified, counters);
            } catch (RuntimeException | Error e) {
                leased.close();
                throw e;
            }
        });
        TaskResources.closeWithTask(task, all);
        return all;
    }

    /** The same with what classifies given. */
    static <K, R> ClassifiedRows<K, R> of(
            AutoCloseable model,
            Pipeline pipeline,
            LabelOptions options,
            Iterator<HeldImage<K>> rows,
            Classified<K, R> classified,
            CounterSink counts) {
        TaskCounters counters = new TaskCounters(counts);
        return new ClassifiedRows<>(
                rows, classified, counters, images -> engine(model, pipeline, options, images, classified, counters));
    }

    private static <K, R> Engine<R> engine(
            AutoCloseable model,
            Pipeline pipeline,
            LabelOptions options,
            Iterator<HeldImage<K>> rows,
            Classified<K, R> classified,
            TaskCounters counters) {
        ImageWindow<R> window = ImageWindow.of(pipeline, options.engine(), counters);
        MemoryIntake<K, R> intake = new MemoryIntake<>(pipeline, window, classified, counters, options.maxFileBytes());
        return new Engine<>(
                model,
                new ImageResults<>(
                        rows, intake, window, pipeline, options.engine().batchSize(), counters));
    }

    @Override
    public boolean hasNext() {
        if (closed) {
            return false;
        }
        boolean more =
                engine == null ? hasNextBeforeFirstImage() : engine.results().hasNext();
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
        HeldImage<K> next = rows.next();
        if (next.picture() == null) {
            upcoming = next;
            return true;
        }
        engine = engines.apply(new Prepended<>(next, rows));
        return engine.results().hasNext();
    }

    @Override
    public R next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (upcoming != null) {
            HeldImage<K> row = upcoming;
            upcoming = null;
            counters.add(Counter.IMAGES, 1);
            return classified.withoutImage(row.row());
        }
        if (engine == null) {
            throw new NoSuchElementException();
        }
        return engine.results().next();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (engine != null) {
                engine.results().close();
            }
        } finally {
            counters.flush();
            if (engine != null) {
                close(engine.model());
                engine = null;
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

    /** A row that was taken already, before the others. */
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

    /** Counts the time that rows take to come. */
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
