package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.pipeline.PredictionRows.DecodedSize;
import dev.cardinal.udf.pipeline.PredictionRows.RowSource;
import dev.cardinal.udf.pipeline.ReorderBuffer.Entry;
import dev.cardinal.udf.pipeline.ReorderBuffer.PreparedImage;
import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;
import dev.cardinal.zoo.FileHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import org.apache.spark.sql.Row;

/**
 * The first stage for images that have to be read: reads each image on one of the task's fetch threads, then hashes and prepares
 * it on a decode thread. A failing store fails the task.
 */
final class FetchingStage implements PrepareStage<ImageRef> {
    private final FetchAhead reads;
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ReorderBuffer<Row> buffer;
    private final PredictionRows rows;
    private final TaskCounters counters;
    private final BoundedFetcher bounded;

    FetchingStage(
            PipelineContext pipeline,
            LabelOptions options,
            ReorderBuffer<Row> buffer,
            PredictionRows rows,
            TaskCounters counters) {
        this.reads = new FetchAhead(pipeline.fetchers(), options.execution().prefetch(), pipeline.task());
        this.decoding = pipeline.decoding().share();
        this.preparer = pipeline.preparer();
        this.buffer = buffer;
        this.rows = rows;
        this.counters = counters;
        this.bounded = new BoundedFetcher(options.maxFileBytes());
    }

    @Override
    public Reservation reservation(ImageRef image) {
        return bounded.rejectedByListing(image) == null
                ? Reservation.toRead(Math.max(1, Math.min(image.length(), bounded.maxFileBytes())))
                : Reservation.NONE;
    }

    @Override
    public boolean offer(ImageRef image) {
        Entry<Row> entry = buffer.add(reservation(image));
        if (entry == null) {
            return false;
        }
        Rejected rejected = bounded.rejectedByListing(image);
        if (rejected == null) {
            reads.submit(image.location(), fetcher -> run(() -> fetch(image, entry, fetcher)));
        } else {
            reject(image, entry, RowSource.unread(image), rejected);
        }
        return true;
    }

    @Override
    public void end() {
        reads.end();
        buffer.end();
    }

    /** Runs one step; anything that it throws fails the task, so no image is lost. */
    private void run(Runnable step) {
        if (buffer.isOver()) {
            return;
        }
        try {
            step.run();
        } catch (Throwable e) {
            buffer.fail(e);
        }
    }

    private void fetch(ImageRef image, Entry<Row> entry, ImageFetcher fetcher) {
        long start = System.nanoTime();
        BoundedFetcher.FetchResult result;
        try {
            result = bounded.fetch(image, fetcher);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + image.path(), e);
        } finally {
            counters.addSince(Counter.FETCH_NANOS, start);
        }
        Fetched fetched = result.fetched();
        Rejected rejected = result.rejected();
        if (fetched != null) {
            counters.add(Counter.BYTES, fetched.encoded().length);
        }
        if (rejected != null) {
            RowSource source = fetched == null ? RowSource.unread(image) : RowSource.unprepared(image, fetched);
            reject(image, entry, source, rejected);
        } else if (fetched != null) {
            buffer.read(entry, fetched.encoded().length);
            decoding.submit(() -> run(() -> prepare(image, entry, fetched)));
        }
    }

    private void prepare(ImageRef image, Entry<Row> entry, Fetched fetched) {
        long start = System.nanoTime();
        byte[] encoded = fetched.encoded();
        String sha256 = HexFormat.of().formatHex(FileHash.digest().digest(encoded));
        RowSource source = RowSource.of(fetched, encoded.length, sha256);
        Preparation preparation = preparer.prepare(encoded);
        counters.addSince(Counter.DECODE_NANOS, start);
        if (preparation instanceof Preparation.Ready ready) {
            DecodedSize decoded = DecodedSize.of(ready); // does not reference the pixels
            buffer.prepared(
                    new PreparedImage<>(entry, ready, scores -> rows.classified(image, source, decoded, scores)));
        } else if (preparation instanceof Rejected rejected) {
            reject(image, entry, source, rejected);
        }
    }

    private void reject(ImageRef image, Entry<Row> entry, RowSource source, Rejected rejected) {
        buffer.finish(entry, () -> rows.rejected(image, source, rejected));
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
