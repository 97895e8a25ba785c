package dev.cardinal.udf;

import dev.cardinal.udf.ImageFetcher.DamagedRecordException;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.ImageWindow.Room;
import dev.cardinal.udf.ImageWindow.Slot;
import dev.cardinal.udf.PredictionRows.Source;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import org.apache.spark.sql.Row;

/**
 * Takes in images that have to be read: each is read on one of the task's threads, then hashed and prepared on one that decodes. A
 * failing store fails the task.
 */
final class ImageIntake implements Intake<ImageRef> {
    /** Bytes of the largest file that fits into an array, with one more to tell that there are more. */
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 17L;

    private final FetchAhead reads;
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ImageWindow<Row> window;
    private final PredictionRows rows;
    private final TaskCounters counters;
    private final long maxFileBytes;

    ImageIntake(
            FetchAhead reads,
            DecodePool.Share decoding,
            ImagePreparer preparer,
            ImageWindow<Row> window,
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

    @Override
    public Room room(ImageRef image) {
        return isRead(image) ? Room.read(Math.max(1, Math.min(image.length(), maxFileBytes))) : Room.NONE;
    }

    @Override
    public boolean offer(ImageRef image) {
        Slot<Row> slot = window.add(room(image));
        if (slot == null) {
            return false;
        }
        if (isRead(image)) {
            reads.submit(image.location(), fetcher -> run(() -> fetch(image, slot, fetcher)));
            return true;
        }
        ImageRef.Problem problem = image.problem();
        if (problem == null) {
            reject(image, slot, Source.unread(image), Status.TOO_LARGE, tooManyBytes());
        } else {
            reject(image, slot, Source.unread(image), problem.status(), problem.error());
        }
        return true;
    }

    @Override
    public void end() {
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

    private void fetch(ImageRef image, Slot<Row> slot, ImageFetcher fetcher) {
        long start = System.nanoTime();
        Fetched fetched;
        try {
            fetched = fetcher.fetch(image, (int) (maxFileBytes + 1));
        } catch (UnreadableImageException e) {
            reject(image, slot, Source.unread(image), Status.UNREADABLE, oneLine(e));
            return;
        } catch (DamagedRecordException e) {
            reject(image, slot, Source.unread(image), Status.UNDECODABLE, oneLine(e));
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + image.path(), e);
        } finally {
            counters.addSince(Counter.FETCH_NANOS, start);
        }
        int bytes = fetched.encoded().length;
        counters.add(Counter.BYTES, bytes);
        if (bytes > maxFileBytes) {
            reject(image, slot, Source.of(fetched, image.length(), null), Status.TOO_LARGE, tooManyBytes());
            return;
        }
        window.read(slot, bytes);
        decoding.submit(() -> run(() -> prepare(image, slot, fetched)));
    }

    private void prepare(ImageRef image, Slot<Row> slot, Fetched fetched) {
        long start = System.nanoTime();
        byte[] encoded = fetched.encoded();
        String sha256 = HexFormat.of().formatHex(FileHash.digest().digest(encoded));
        Source source = Source.of(fetched, encoded.length, sha256);
        Preparation preparation = preparer.prepare(encoded);
        counters.addSince(Counter.DECODE_NANOS, start);
        if (preparation instanceof Preparation.Ready ready) {
            int width = ready.sourceWidth();
            int height = ready.sourceHeight();
            window.prepared(new Pixels<>(slot, ready, scores -> rows.classified(image, source, width, height, scores)));
        } else if (preparation instanceof Preparation.Rejected rejected) {
            window.finish(slot, () -> rows.rejected(image, source, rejected));
        }
    }

    private void reject(ImageRef image, Slot<Row> slot, Source source, Status status, String error) {
        Preparation.Rejected rejected = new Preparation.Rejected(status, error, null, null);
        window.finish(slot, () -> rows.rejected(image, source, rejected));
    }

    private String tooManyBytes() {
        return tooManyBytes(maxFileBytes);
    }

    /** The error of a file that is too large. */
    static String tooManyBytes(long maxFileBytes) {
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
