package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.options.LabelOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * The images of a task that are in progress, in their order: the task's thread adds them and takes their results, other threads
 * read and prepare them, and one thread for each model classifies them. If there are several models, an image has an entry and a
 * result for each of them.
 *
 * <p>Bounded by the number of images and by the bytes that are read or held for them; a single image that exceeds the byte limit
 * is accepted when no other bytes are held. Images already handed to the model no longer count toward the byte limit, because a
 * batch has its own limit. The values kept with an image count until its result is taken. Thread-safe; lives in a task.
 *
 * @param <R> the result of an image
 */
final class ReorderBuffer<R> {
    /** One batch is being written, one is in the model, one is being collected. */
    private static final int BATCHES_IN_PROGRESS = 3;

    private static final long POLL_MILLIS = 100;

    private final int maxEntries;
    private final long maxBytes;
    private final long expectedPixelBytes;
    private final TaskCounters counters;
    private final BooleanSupplier killed;
    private final Queue<Entry<R>> entries = new ArrayDeque<>();
    /** For each model, its entries that it has not taken. */
    private final List<Queue<Entry<R>>> unclassified;

    private long largestPixelBytes;
    private long heldBytes;
    private boolean waitsForRoom;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;

    /**
     * The space of an image in the buffer.
     *
     * @param encoded encoded bytes to read or in memory already; 0 if the image needs neither reading nor decoding
     * @param kept bytes kept with the image until its result is taken
     */
    record Reservation(long encoded, long kept) {
        static final Reservation NONE = new Reservation(0, 0);

        /** Returns the space of an image that will be read and with which nothing is kept. */
        static Reservation toRead(long encoded) {
            return new Reservation(encoded, 0);
        }
    }

    /** The place of an image and a model in the order. */
    static final class Entry<R> {
        private final long keptBytes;
        private long heldBytes;
        private @Nullable PreparedImage<R> prepared;
        private @Nullable Supplier<R> result;

        private Entry(long keptBytes, long heldBytes) {
            this.keptBytes = keptBytes;
            this.heldBytes = heldBytes;
        }
    }

    /**
     * An image that is ready for the model.
     *
     * @param entry its place
     * @param ready its pixels
     * @param result converts its scores to its result, later and on the task's thread, so it must not reference the pixels
     */
    record PreparedImage<R>(Entry<R> entry, Ready ready, Function<Scores, R> result) {}

    /** Returns a new buffer for a task. */
    static <R> ReorderBuffer<R> of(PipelineContext pipeline, LabelOptions options, TaskCounters counters) {
        return new ReorderBuffer<>(
                BATCHES_IN_PROGRESS * options.imagesPerBatch()
                        + options.execution().prefetch(),
                pipeline.models().size(),
                pipeline.bufferBytes(),
                pipeline.pixelBytes(),
                counters,
                pipeline.killed());
    }

    /**
     * @param maxImages maximum number of images in the buffer
     * @param models number of models
     * @param maxBytes maximum number of bytes read or held
     * @param expectedPixelBytes size of a prepared image, assumed until the first one is known
     * @param counters record the time in which a model waits
     * @param killed returns whether the task must stop
     */
    ReorderBuffer(
            int maxImages,
            int models,
            long maxBytes,
            long expectedPixelBytes,
            TaskCounters counters,
            BooleanSupplier killed) {
        this.maxEntries = maxImages * models;
        this.unclassified =
                Stream.<Queue<Entry<R>>>generate(ArrayDeque::new).limit(models).toList();
        this.maxBytes = maxBytes;
        this.expectedPixelBytes = expectedPixelBytes;
        this.counters = counters;
        this.killed = killed;
    }

    /**
     * Adds an image. Its first entry holds what is held once: the encoded bytes and the values kept.
     *
     * @return its entries, one for each model; null if there is no room for them, or if the task is over
     */
    synchronized @Nullable List<Entry<R>> add(Reservation space) {
        if (isOver() || !hasRoom(space)) {
            return null;
        }
        List<Entry<R>> added = new ArrayList<>();
        for (Queue<Entry<R>> ofModel : unclassified) {
            Entry<R> entry = added.isEmpty()
                    ? new Entry<>(space.kept(), expected(space.encoded()))
                    : new Entry<>(0, pixels(space.encoded()));
            heldBytes += entry.keptBytes + entry.heldBytes;
            entries.add(entry);
            ofModel.add(entry);
            added.add(entry);
        }
        notifyAll();
        return added;
    }

    /** Ends the input: no image follows. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    private boolean isFull() {
        return entries.size() + unclassified.size() > maxEntries;
    }

    private boolean hasRoom(Reservation space) {
        int models = unclassified.size();
        long bytes = expected(space.encoded()) + (models - 1) * pixels(space.encoded()) + space.kept();
        return !isFull() && (bytes == 0 || heldBytes == 0 || heldBytes + bytes <= maxBytes);
    }

    /** Returns the bytes to reserve: an image is held encoded first and then as pixels; one that is not read holds nothing. */
    private long expected(long encodedBytes) {
        return Math.max(encodedBytes, pixels(encodedBytes));
    }

    private long pixels(long encodedBytes) {
        long pixels = largestPixelBytes == 0 ? expectedPixelBytes : largestPixelBytes;
        return encodedBytes == 0 ? 0 : pixels;
    }

    /**
     * Removes the first entry and returns its result, waiting for it.
     *
     * @param next space of the image to add next; ignored after the last image
     * @return null if there is now room for that image, and after the last image
     * @throws TaskKilledException if the task must stop
     */
    synchronized @Nullable Supplier<R> take(Reservation next) {
        while (true) {
            throwFailure();
            Entry<R> first = entries.peek();
            if (first != null && first.result != null) {
                entries.remove();
                heldBytes -= first.keptBytes;
                notifyAll();
                return first.result;
            }
            if (ended ? entries.isEmpty() : hasRoom(next)) {
                return null;
            }
            if (killed.getAsBoolean()) {
                throw new TaskKilledException("killed while images were in progress");
            }
            if (!waitsForRoom) {
                waitsForRoom = true;
                notifyAll();
            }
            try {
                wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TaskKilledException("interrupted while images were in progress");
            } finally {
                waitsForRoom = false;
            }
        }
    }

    private void throwFailure() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        if (isOver()) {
            throw new IllegalStateException("the task has ended", failure);
        }
    }

    /**
     * Returns the next image for a model, waiting for it.
     *
     * @param model index of the model
     * @param holdsBatch whether the caller holds images of an incomplete batch
     * @return null if no image follows, or if none can follow until the held images have been classified
     */
    synchronized @Nullable PreparedImage<R> next(int model, boolean holdsBatch) throws InterruptedException {
        Queue<Entry<R>> ofModel = unclassified.get(model);
        while (!isOver()) {
            Entry<R> entry = ofModel.peek();
            if (entry == null && (ended || (holdsBatch && (waitsForRoom || isFull())))) {
                return null;
            }
            if (entry != null && entry.result != null) {
                ofModel.remove();
            } else if (entry != null && entry.prepared != null) {
                ofModel.remove();
                PreparedImage<R> image = entry.prepared;
                entry.prepared = null;
                hold(entry, 0);
                return image;
            } else {
                long start = System.nanoTime();
                wait();
                if (entry != null) {
                    counters.addSince(Counter.WAIT_NANOS, start);
                }
            }
        }
        return null;
    }

    /** Records that an image has been read; its pixels will replace this number of encoded bytes. */
    synchronized void read(Entry<R> entry, long encodedBytes) {
        hold(entry, expected(encodedBytes));
    }

    private void hold(Entry<R> entry, long bytes) {
        heldBytes += bytes - entry.heldBytes;
        entry.heldBytes = bytes;
        notifyAll();
    }

    /** Records that an image is ready for the model. */
    synchronized void prepared(PreparedImage<R> image) {
        image.entry().prepared = image;
        long bytes = image.ready().rgb().length;
        largestPixelBytes = Math.max(largestPixelBytes, bytes);
        hold(image.entry(), bytes);
    }

    /** Records that an image has a result, which the task's thread computes when it takes it. */
    synchronized void finish(Entry<R> entry, Supplier<R> result) {
        entry.result = result;
        hold(entry, 0);
    }

    /** Fails the task, unless it has failed or ended already. */
    synchronized void fail(Throwable thrown) {
        if (!isOver()) {
            failure = thrown;
        }
        notifyAll();
    }

    /** Returns whether the task has failed or ended, so that further work is useless. */
    synchronized boolean isOver() {
        return closed || failure != null;
    }

    /** Ends the buffer: its results are no longer needed. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
