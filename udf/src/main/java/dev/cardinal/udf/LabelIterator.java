package dev.cardinal.udf;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.ImageFetcher.DamagedRecordException;
import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.PredictionRows.Source;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;

/**
 * The rows of one task: fetches, prepares and classifies images in batches, one row for every image whatever it holds.
 *
 * <p>A batch is classified when it is full, when the next image has another size, or at the end. Owns nothing: the preparer
 * and the classifier belong to the task. Not thread-safe; lives on an executor.
 */
final class LabelIterator implements Iterator<Row> {
    /** A batch holds at most this many bytes of pixels, unless one image alone has more. */
    private static final long MAX_BATCH_BYTES = 32L << 20;

    /** Bytes of the largest file that fits into an array, with one more to tell that there are more. */
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 17L;

    private record Pending(ImageRef image, Source source, Preparation.Ready ready) {}

    private final Iterator<ImageRef> images;
    private final ImageFetcher fetcher;
    private final ImagePreparer preparer;
    private final Classifier classifier;
    private final int batchSize;
    private final long maxFileBytes;
    private final PredictionRows rows;
    private final TaskCounters counters;
    private final MessageDigest digest;
    private final Deque<Row> finished = new ArrayDeque<>();
    private final List<Pending> batch = new ArrayList<>();
    private long handedOverNanos;

    LabelIterator(
            Iterator<ImageRef> images,
            ImageFetcher fetcher,
            ImagePreparer preparer,
            Classifier classifier,
            LabelOptions options,
            PredictionRows rows,
            LabelMetrics metrics) {
        this.images = images;
        this.fetcher = fetcher;
        this.preparer = preparer;
        this.classifier = classifier;
        this.batchSize = options.engine().batchSize();
        this.maxFileBytes = Math.min(options.maxFileBytes(), MAX_ARRAY_BYTES);
        this.rows = rows;
        this.counters = new TaskCounters(metrics);
        this.digest = FileHash.digest();
    }

    @Override
    public boolean hasNext() {
        if (handedOverNanos != 0) {
            counters.addSince(Counter.WRITE_NANOS, handedOverNanos);
            handedOverNanos = 0;
        }
        while (finished.isEmpty() && images.hasNext()) {
            take(images.next());
        }
        if (finished.isEmpty() && !batch.isEmpty()) {
            classifyBatch();
        }
        counters.flush();
        return !finished.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        counters.add(Counter.IMAGES, 1);
        handedOverNanos = System.nanoTime();
        return finished.remove();
    }

    private void take(ImageRef image) {
        ImageRef.Problem problem = image.problem();
        if (problem != null) {
            reject(image, Source.unread(image), problem.status(), problem.error());
            return;
        }
        if (image.length() > maxFileBytes && image.location().container().tellsLength()) {
            reject(image, Source.unread(image), Status.TOO_LARGE, tooManyBytes());
            return;
        }
        Fetched fetched;
        long start = System.nanoTime();
        try {
            fetched = fetcher.fetch(image, limit());
        } catch (UnreadableImageException e) {
            reject(image, Source.unread(image), Status.UNREADABLE, oneLine(String.valueOf(e.getMessage())));
            return;
        } catch (DamagedRecordException e) {
            reject(image, Source.unread(image), Status.UNDECODABLE, oneLine(String.valueOf(e.getMessage())));
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + image.path(), e);
        } finally {
            counters.addSince(Counter.FETCH_NANOS, start);
        }
        counters.add(Counter.BYTES, fetched.encoded().length);
        if (fetched.encoded().length > maxFileBytes) {
            reject(image, Source.of(fetched, image.length(), null), Status.TOO_LARGE, tooManyBytes());
            return;
        }
        prepare(image, fetched);
    }

    private void prepare(ImageRef image, Fetched fetched) {
        long start = System.nanoTime();
        byte[] encoded = fetched.encoded();
        Source source = Source.of(fetched, encoded.length, HexFormat.of().formatHex(digest.digest(encoded)));
        Preparation preparation = preparer.prepare(encoded);
        counters.addSince(Counter.DECODE_NANOS, start);
        if (preparation instanceof Preparation.Rejected rejected) {
            finished.add(rows.rejected(image, source, rejected));
        } else if (preparation instanceof Preparation.Ready ready) {
            if (!fits(ready)) {
                classifyBatch();
            }
            batch.add(new Pending(image, source, ready));
            if (batch.size() == batchSize) {
                classifyBatch();
            }
        }
    }

    private boolean fits(Preparation.Ready ready) {
        if (batch.isEmpty()) {
            return true;
        }
        Preparation.Ready first = batch.get(0).ready();
        long bytes = (long) ready.rgb().length * (batch.size() + 1);
        return first.width() == ready.width() && first.height() == ready.height() && bytes <= MAX_BATCH_BYTES;
    }

    private void classifyBatch() {
        long start = System.nanoTime();
        Preparation.Ready first = batch.get(0).ready();
        List<byte[]> pixels =
                batch.stream().map(pending -> pending.ready().rgb()).toList();
        List<Scores> scores = classifier.classify(pixels, first.height(), first.width());
        counters.addSince(Counter.INFER_NANOS, start);
        counters.add(Counter.CLASSIFIED, batch.size());
        counters.add(Counter.BATCHES, 1);
        for (int i = 0; i < batch.size(); i++) {
            Pending pending = batch.get(i);
            finished.add(rows.classified(pending.image(), pending.source(), pending.ready(), scores.get(i)));
        }
        batch.clear();
    }

    private void reject(ImageRef image, Source source, Status status, String error) {
        finished.add(rows.rejected(image, source, new Preparation.Rejected(status, error, null, null)));
    }

    private String tooManyBytes() {
        return "more than the " + maxFileBytes + " bytes a file may have";
    }

    private int limit() {
        return (int) (maxFileBytes + 1);
    }

    private static String oneLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
