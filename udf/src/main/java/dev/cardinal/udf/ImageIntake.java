package dev.cardinal.udf;

import dev.cardinal.udf.ImageFetcher.DamagedRecordException;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.ImageWindow.Slot;
import dev.cardinal.udf.PredictionRows.Source;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/**
 * What happens to an image before the model: it is read on one of the task's threads, then hashed and prepared on one that decodes.
 * Each image comes to its pixels or to its row; a failing store fails the task.
 *
 * <p>The task closes it, which ends all that is under way. Images are put in by one thread. Lives on an executor.
 */
final class ImageIntake implements AutoCloseable {
    /** Bytes of the largest file that fits into an array, with one more to tell that there are more. */
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 17L;

    private final FetchAhead reads;
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ImageWindow window;
    private final PredictionRows rows;
    private final TaskCounters counters;
    private final long maxFileBytes;

    ImageIntake(
            FetchAhead reads,
            DecodePool.Share decoding,
            ImagePreparer preparer,
            ImageWindow window,
            PredictionRows rows,
            TaskCounters counters,
            long maxFileBytes) {
        this.reads = reads;
        this.decoding = decoding;
        this.preparer = preparer;
        this.window = window;
        this.rows = rows;
        this.counters = counters;
        this.maxFileBytes = Math.min(maxFileBytes, MAX_ARRAY_BYTES);
    }

    /** Bytes that reading an image will take, about; none where it is not read. */
    long bytes(ImageRef image) {
        return isRead(image) ? Math.max(1, Math.min(image.length(), maxFileBytes)) : 0;
    }

    /** Takes an image in if the window has room for it. */
    boolean offer(ImageRef image) {
        Slot slot = window.add(image, bytes(image));
        if (slot == null) {
            return false;
        }
        if (isRead(image)) {
            reads.submit(image.location(), fetcher -> run(() -> fetch(slot, fetcher)));
            return true;
        }
        ImageRef.Problem problem = image.problem();
        if (problem == null) {
            reject(slot, Source.unread(image), Status.TOO_LARGE, tooManyBytes());
        } else {
            reject(slot, Source.unread(image), problem.status(), problem.error());
        }
        return true;
    }

    /** No image follows. */
    void end() {
        reads.end();
        window.end();
    }

    private boolean isRead(ImageRef image) {
        boolean tooLong =
                image.length() > maxFileBytes && image.location().container().tellsLength();
        return image.problem() == null && !tooLong;
    }

    /** Does something for an image, of which nothing is left undone and untold. */
    private void run(Runnable step) {
        if (window.isOver()) {
            return;
        }
        try {
            step.run();
        } catch (Throwable e) {
            window.fail(e);
        }
    }

    private void fetch(Slot slot, ImageFetcher fetcher) {
        ImageRef image = slot.image();
        long start = System.nanoTime();
        Fetched fetched;
        try {
            fetched = fetcher.fetch(image, (int) (maxFileBytes + 1));
        } catch (UnreadableImageException e) {
            reject(slot, Source.unread(image), Status.UNREADABLE, oneLine(e));
            return;
        } catch (DamagedRecordException e) {
            reject(slot, Source.unread(image), Status.UNDECODABLE, oneLine(e));
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + image.path(), e);
        } finally {
            counters.addSince(Counter.FETCH_NANOS, start);
        }
        int bytes = fetched.encoded().length;
        counters.add(Counter.BYTES, bytes);
        if (bytes > maxFileBytes) {
            reject(slot, Source.of(fetched, image.length(), null), Status.TOO_LARGE, tooManyBytes());
            return;
        }
        window.read(slot, bytes);
        decoding.submit(() -> run(() -> prepare(slot, fetched)));
    }

    private void prepare(Slot slot, Fetched fetched) {
        long start = System.nanoTime();
        byte[] encoded = fetched.encoded();
        String sha256 = HexFormat.of().formatHex(FileHash.digest().digest(encoded));
        Source source = Source.of(fetched, encoded.length, sha256);
        Preparation preparation = preparer.prepare(encoded);
        counters.addSince(Counter.DECODE_NANOS, start);
        if (preparation instanceof Preparation.Ready ready) {
            window.prepared(new Pixels(slot, source, ready));
        } else if (preparation instanceof Preparation.Rejected rejected) {
            window.finish(slot, () -> rows.rejected(slot.image(), source, rejected));
        }
    }

    private void reject(Slot slot, Source source, Status status, String error) {
        Preparation.Rejected rejected = new Preparation.Rejected(status, error, null, null);
        window.finish(slot, () -> rows.rejected(slot.image(), source, rejected));
    }

    private String tooManyBytes() {
        return "more than the " + maxFileBytes + " bytes a file may have";
    }

    private static String oneLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        try {
            reads.close();
        } finally {
            decoding.close();
        }
    }
}
