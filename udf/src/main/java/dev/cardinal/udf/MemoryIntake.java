package dev.cardinal.udf;

import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.ImageWindow.Room;
import dev.cardinal.udf.ImageWindow.Slot;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.image.Status;
import org.jspecify.annotations.Nullable;

/**
 * Takes in images that are in memory already: each is prepared on a thread that decodes.
 *
 * @param <K> what is kept of an image's row
 * @param <R> what the row becomes
 */
final class MemoryIntake<K, R> implements Intake<HeldImage<K>> {
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ImageWindow<R> window;
    private final Classified<K, R> rows;
    private final TaskCounters counters;
    private final long maxFileBytes;

    MemoryIntake(
            Pipeline pipeline, ImageWindow<R> window, Classified<K, R> rows, TaskCounters counters, long maxFileBytes) {
        this.decoding = pipeline.decoding().share();
        this.preparer = pipeline.preparer();
        this.window = window;
        this.rows = rows;
        this.counters = counters;
        this.maxFileBytes = maxFileBytes;
    }

    @Override
    public Room room(HeldImage<K> image) {
        return new Room(bytes(image.picture()), image.rowBytes());
    }

    private static long bytes(@Nullable Picture picture) {
        if (picture instanceof Picture.Encoded encoded) {
            return Math.max(1, encoded.bytes().length);
        }
        return picture instanceof Picture.Decoded decoded ? decoded.image().samples().length : 0;
    }

    @Override
    public boolean offer(HeldImage<K> image) {
        Slot<R> slot = window.add(room(image));
        if (slot == null) {
            return false;
        }
        K row = image.row();
        Picture picture = image.picture();
        if (picture == null) {
            window.finish(slot, () -> rows.withoutImage(row));
            return true;
        }
        counters.add(Counter.BYTES, bytes(picture));
        decoding.submit(() -> prepare(slot, row, picture));
        return true;
    }

    private void prepare(Slot<R> slot, K row, Picture picture) {
        if (window.isOver()) {
            return;
        }
        try {
            long start = System.nanoTime();
            Preparation preparation = prepare(picture, preparer, maxFileBytes);
            counters.addSince(Counter.DECODE_NANOS, start);
            if (preparation instanceof Preparation.Ready ready) {
                window.prepared(new Pixels<>(slot, ready, scores -> rows.classified(row, scores)));
            } else if (preparation instanceof Rejected rejected) {
                window.finish(slot, () -> rows.rejected(row, rejected));
            }
        } catch (Throwable e) {
            window.fail(e);
        }
    }

    /** Prepares a picture, whatever it is. */
    static Preparation prepare(Picture picture, ImagePreparer preparer, long maxFileBytes) {
        if (picture instanceof Picture.Encoded encoded) {
            return encoded.bytes().length > maxFileBytes
                    ? new Rejected(Status.TOO_LARGE, ImageIntake.tooManyBytes(maxFileBytes), null, null)
                    : preparer.prepare(encoded.bytes());
        }
        if (picture instanceof Picture.Decoded decoded) {
            return preparer.prepare(decoded.image());
        }
        return ((Picture.Broken) picture).rejected();
    }

    @Override
    public void end() {
        window.end();
    }

    @Override
    public void close() {
        decoding.close();
    }
}
