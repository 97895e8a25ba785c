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
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The first stage for images that have to be read: reads each image on one of the task's fetch threads, then hashes and prepares
 * it on a decode thread, once for all models. A failing store fails the task.
 */
final class FetchingStage implements PrepareStage<ImageRef> {
    private final FetchAhead reads;
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ReorderBuffer<Row> buffer;
    private final List<PredictionRows> rows;
    private final TaskCounters counters;
    private final BoundedFetcher bounded;

    /** @param rows creates the rows of each model */
    FetchingStage(
            PipelineContext pipeline,
            LabelOptions options,
            ReorderBuffer<Row> buffer,
            List<PredictionRows> rows,
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
        List<Entry<Row>> entries = buffer.add(reservation(image));
        if (entries == null) {
            return false;
        }
        Rejected rejected = bounded.rejectedByListing(image);
        if (rejected == null) {
            reads.submit(image.location(), fetcher -> run(() -> fetch(image, entries, fetcher)));
        } else {
            reject(image, entries, RowSource.unread(image), rejected);
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

    private void fetch(ImageRef image, List<Entry<Row>> entries, ImageFetcher fetcher) {
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
            reject(image, entries, source, rejected);
        } else if (fetched != null) {
            buffer.read(entries.get(0), fetched.encoded().length);
            decoding.submit(() -> run(() -> prepare(image, entries, fetched)));
        }
    }

    private void prepare(ImageRef image, List<Entry<Row>> entries, Fetched fetched) {
        long start = System.nanoTime();
        byte[] encoded = fetched.encoded();
        String sha256 = HexFormat.of().formatHex(FileHash.digest().digest(encoded));
        RowSource source = RowSource.of(fetched, encoded.length, sha256);
        List<Preparation> preparations = preparer.prepareForEach(encoded);
        counters.addSince(Counter.DECODE_NANOS, start);
        for (int model = 0; model < entries.size(); model++) {
            Entry<Row> entry = entries.get(model);
            PredictionRows ofModel = rows.get(model);
            if (preparations.get(model) instanceof Preparation.Ready ready) {
                DecodedSize decoded = DecodedSize.of(ready); // does not reference the pixels
                buffer.prepared(new PreparedImage<>(
                        entry, ready, scores -> ofModel.classified(image, source, decoded, scores)));
            } else if (preparations.get(model) instanceof Rejected rejected) {
                buffer.finish(entry, () -> ofModel.rejected(image, source, rejected));
            }
        }
    }

    private void reject(ImageRef image, List<Entry<Row>> entries, RowSource source, Rejected rejected) {
        for (int model = 0; model < entries.size(); model++) {
            PredictionRows ofModel = rows.get(model);
            buffer.finish(entries.get(model), () -> ofModel.rejected(image, source, rejected));
        }
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
