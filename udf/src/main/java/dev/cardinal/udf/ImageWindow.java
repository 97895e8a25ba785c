package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.Preparation.Ready;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * The images of a task that are on their way, in their order: the task's thread puts them in and takes their results out, other
 * threads read and prepare them, one asks the model about them.
 *
 * <p>Bounded by their count and by the bytes that are read or held for them; one image that is larger than that passes alone. Those
 * that the model is being asked about count no longer with their bytes: a batch has a bound of its own. What is kept beside an image
 * counts until its result is taken. Thread-safe; lives in a task.
 *
 * @param <R> what comes of an image
 */
final class ImageWindow<R> {
    /** One batch is written, one is in the model, one is made meanwhile. */
    private static final int BATCHES_ON_THEIR_WAY = 3;

    private static final long POLL_MILLIS = 100;

    private final int maxImages;
    private final long maxBytes;
    private final long expectedPixelBytes;
    private final TaskCounters counters;
    private final BooleanSupplier killed;
    private final Queue<Slot<R>> slots = new ArrayDeque<>();
    private final Queue<Slot<R>> unclassified = new ArrayDeque<>();
    private long largestPixelBytes;
    private long heldBytes;
    private boolean waitsForRoom;
    private boolean ended;
    private boolean closed;
    private @Nullable Throwable failure;

    /**
     * What an image takes of the window.
     *
     * @param encoded bytes that it is read into, or was; 0 where it is not read
     * @param kept bytes that are held beside it until its result is taken
     */
    record Room(long encoded, long kept) {
        static final Room NONE = new Room(0, 0);

        /** Of an image that is read, with nothing beside it. */
        static Room read(long encoded) {
            return new Room(encoded, 0);
        }
    }

    /** An image's place among the others. */
    static final class Slot<R> {
        private final long keptBytes;
        private long heldBytes;
        private @Nullable Pixels<R> pixels;
        private @Nullable Supplier<R> result;

        private Slot(long keptBytes, long heldBytes) {
            this.keptBytes = keptBytes;
            this.heldBytes = heldBytes;
        }
    }

    /**
     * An image that the model is to be asked about.
     *
     * @param slot its place
     * @param ready its pixels
     * @param result what its scores mean; made by the task's thread, so it must not hold on to the pixels
     */
    record Pixels<R>(Slot<R> slot, Ready ready, Function<Scores, R> result) {}

    /** That of a task. */
    static <R> ImageWindow<R> of(Pipeline pipeline, EngineOptions sizes, TaskCounters counters) {
        return new ImageWindow<>(
                BATCHES_ON_THEIR_WAY * sizes.batchSize() + sizes.prefetch(),
                pipeline.windowBytes(),
                pipeline.pixelBytes(),
                counters,
                pipeline.killed());
    }

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
    synchronized @Nullable Slot<R> add(Room room) {
        if (isOver() || !hasRoom(room)) {
            return null;
        }
        Slot<R> slot = new Slot<>(room.kept(), expected(room.encoded()));
        heldBytes += slot.keptBytes + slot.heldBytes;
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

    private boolean hasRoom(Room room) {
        long bytes = expected(room.encoded()) + room.kept();
        return slots.size() < maxImages && (bytes == 0 || heldBytes == 0 || heldBytes + bytes <= maxBytes);
    }

    /** An image is held encoded first and as pixels then; one that is not read holds nothing. */
    private long expected(long encodedBytes) {
        long pixels = largestPixelBytes == 0 ? expectedPixelBytes : largestPixelBytes;
        return encodedBytes == 0 ? 0 : Math.max(encodedBytes, pixels);
    }

    /**
     * The result of the first image, out of the window.
     *
     * @param next of the image that is to be put in next; not looked at after the last
     * @return null where there is room for that image instead, and after the last image
     * @throws TaskKilledException if the task is to end
     */
    synchronized @Nullable Supplier<R> take(Room next) {
        while (true) {
            throwFailure();
            Slot<R> first = slots.peek();
            if (first != null && first.result != null) {
                slots.remove();
                heldBytes -= first.keptBytes;
                notifyAll();
                return first.result;
            }
            if (ended ? slots.isEmpty() : hasRoom(next)) {
                return null;
            }
            if (killed.getAsBoolean()) {
                throw new TaskKilledException("killed while images were on their way");
            }
            if (!waitsForRoom) {
                waitsForRoom = true;
                notifyAll();
            }
            try {
                wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TaskKilledException("interrupted while images were on their way");
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
     * The next image for the model, waiting for it.
     *
     * @param holdsBatch whether images are held back until there are more
     * @return null if none comes, or none before those that are held back have been classified
     */
    synchronized @Nullable Pixels<R> next(boolean holdsBatch) throws InterruptedException {
        while (!isOver()) {
            Slot<R> slot = unclassified.peek();
            if (slot == null && (ended || (holdsBatch && (waitsForRoom || slots.size() >= maxImages)))) {
                return null;
            }
            if (slot != null && slot.result != null) {
                unclassified.remove();
            } else if (slot != null && slot.pixels != null) {
                unclassified.remove();
                Pixels<R> pixels = slot.pixels;
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
    synchronized void read(Slot<R> slot, long encodedBytes) {
        hold(slot, expected(encodedBytes));
    }

    private void hold(Slot<R> slot, long bytes) {
        heldBytes += bytes - slot.heldBytes;
        slot.heldBytes = bytes;
        notifyAll();
    }

    /** An image is ready for the model. */
    synchronized void prepared(Pixels<R> pixels) {
        pixels.slot().pixels = pixels;
        long bytes = pixels.ready().rgb().length;
        largestPixelBytes = Math.max(largestPixelBytes, bytes);
        hold(pixels.slot(), bytes);
    }

    /** An image has its result, which the task's thread makes. */
    synchronized void finish(Slot<R> slot, Supplier<R> result) {
        slot.result = result;
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

    /** Nobody takes any result. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
