package dev.cardinal.udf;

import dev.cardinal.udf.PredictionRows.Source;
import dev.cardinal.udf.image.Preparation.Ready;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * The images of a task that are on their way, in their order: the task's thread puts them in and takes their rows out, other
 * threads read and prepare them, one asks the model about them.
 *
 * <p>Bounded by their count and by the bytes that are read or held for them; one image that is larger than that passes alone. Those
 * that the model is being asked about count no longer with their bytes: a batch has a bound of its own. Thread-safe; lives in a task.
 */
final class ImageWindow {
    private static final long POLL_MILLIS = 100;

    private final int maxImages;
    private final long maxBytes;
    private final long expectedPixelBytes;
    private final TaskCounters counters;
    private final BooleanSupplier killed;
    private final Queue<Slot> slots = new ArrayDeque<>();
    private final Queue<Slot> unclassified = new ArrayDeque<>();
    private long largestPixelBytes;
    private long heldBytes;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;

    /** An image's place among the others. */
    static final class Slot {
        private final ImageRef image;
        private long heldBytes;
        private @Nullable Pixels pixels;
        private @Nullable Supplier<Row> row;

        private Slot(ImageRef image, long heldBytes) {
            this.image = image;
            this.heldBytes = heldBytes;
        }

        ImageRef image() {
            return image;
        }
    }

    /**
     * An image that the model is to be asked about.
     *
     * @param slot its place
     * @param source what is known of its encoded bytes
     * @param ready its pixels
     */
    record Pixels(Slot slot, Source source, Ready ready) {}

    /**
     * @param maxImages in the window at once
     * @param maxBytes read or held at once
     * @param expectedPixelBytes of one prepared image, while none is known
     * @param counters are given the time in which the model waits
     * @param killed whether the task is to end
     */
    ImageWindow(int maxImages, long maxBytes, long expectedPixelBytes, TaskCounters counters, BooleanSupplier killed) {
        this.maxImages = maxImages;
        this.maxBytes = maxBytes;
        this.expectedPixelBytes = expectedPixelBytes;
        this.counters = counters;
        this.killed = killed;
    }

    /** Puts an image in if there is room; null where there is none, and where the task is over. */
    synchronized @Nullable Slot add(ImageRef image, long encodedBytes) {
        if (isOver() || !hasRoom(encodedBytes)) {
            return null;
        }
        Slot slot = new Slot(image, expected(encodedBytes));
        heldBytes += slot.heldBytes;
        slots.add(slot);
        unclassified.add(slot);
        notifyAll();
        return slot;
    }

    /** No image follows. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    private boolean hasRoom(long encodedBytes) {
        long bytes = expected(encodedBytes);
        return slots.size() < maxImages && (bytes == 0 || heldBytes == 0 || heldBytes + bytes <= maxBytes);
    }

    /** An image is held encoded first and as pixels then; one that is not read holds nothing. */
    private long expected(long encodedBytes) {
        long pixels = largestPixelBytes == 0 ? expectedPixelBytes : largestPixelBytes;
        return encodedBytes == 0 ? 0 : Math.max(encodedBytes, pixels);
    }

    /**
     * The row of the first image, out of the window.
     *
     * @param encodedBytes of the image that is to be put in next; not looked at after the last
     * @return null where there is room for that image instead, and after the last image
     * @throws TaskKilledException if the task is to end
     */
    synchronized @Nullable Supplier<Row> take(long encodedBytes) {
        while (true) {
            throwFailure();
            Slot first = slots.peek();
            if (first != null && first.row != null) {
                slots.remove();
                notifyAll();
                return first.row;
            }
            if (ended ? slots.isEmpty() : hasRoom(encodedBytes)) {
                return null;
            }
            if (killed.getAsBoolean()) {
                throw new TaskKilledException("killed while images were on their way");
            }
            try {
                wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TaskKilledException("interrupted while images were on their way");
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
     * The next image for the model, waiting for it.
     *
     * @param holdsBatch whether images are held back until there are more
     * @return null if none comes, or none before those that are held back have been classified
     */
    synchronized @Nullable Pixels next(boolean holdsBatch) throws InterruptedException {
        while (!isOver()) {
            Slot slot = unclassified.peek();
            if (slot == null && (ended || (holdsBatch && slots.size() >= maxImages))) {
                return null;
            }
            if (slot != null && slot.row != null) {
                unclassified.remove();
            } else if (slot != null && slot.pixels != null) {
                unclassified.remove();
                Pixels pixels = slot.pixels;
                slot.pixels = null;
                hold(slot, 0);
                return pixels;
            } else {
                long start = System.nanoTime();
                wait();
                if (slot != null) {
                    counters.addSince(Counter.WAIT_NANOS, start);
                }
            }
        }
        return null;
    }

    /** An image has been read; its pixels will take the place of so many encoded bytes. */
    synchronized void read(Slot slot, long encodedBytes) {
        hold(slot, expected(encodedBytes));
    }

    private void hold(Slot slot, long bytes) {
        heldBytes += bytes - slot.heldBytes;
        slot.heldBytes = bytes;
        notifyAll();
    }

    /** An image is ready for the model. */
    synchronized void prepared(Pixels pixels) {
        pixels.slot().pixels = pixels;
        long bytes = pixels.ready().rgb().length;
        largestPixelBytes = Math.max(largestPixelBytes, bytes);
        hold(pixels.slot(), bytes);
    }

    /** An image has its row, which the task's thread makes. */
    synchronized void finish(Slot slot, Supplier<Row> row) {
        slot.row = row;
        hold(slot, 0);
    }

    /** Fails the task, unless it has failed or ended. */
    synchronized void fail(Throwable thrown) {
        if (!isOver()) {
            failure = thrown;
        }
        notifyAll();
    }

    /** Whether nothing that is done for the window is of use any more. */
    synchronized boolean isOver() {
        return closed || failure != null;
    }

    /** Nobody takes any row. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
