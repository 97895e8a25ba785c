package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.pipeline.ReorderBuffer.Entry;
import dev.cardinal.udf.pipeline.ReorderBuffer.PreparedImage;
import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first stage for images that are in memory already and for one model: prepares each on a decode thread.
 *
 * @param <K> what is kept of an image's row
 * @param <R> the result of the row
 */
final class InMemoryStage<K, R> implements PrepareStage<ImageRow<K>> {
    private final DecodePool.Share decoding;
    private final ImagePreparer preparer;
    private final ReorderBuffer<R> buffer;
    private final ClassifiedRowMapper<K, R> mapper;
    private final TaskCounters counters;
    private final long maxFileBytes;

    InMemoryStage(
            PipelineContext pipeline,
            ReorderBuffer<R> buffer,
            ClassifiedRowMapper<K, R> mapper,
            TaskCounters counters,
            long maxFileBytes) {
        this.decoding = pipeline.decoding().share();
        this.preparer = pipeline.preparer();
        this.buffer = buffer;
        this.mapper = mapper;
        this.counters = counters;
        this.maxFileBytes = maxFileBytes;
    }

    @Override
    public Reservation reservation(ImageRow<K> image) {
        return new Reservation(bytes(image.input()), image.rowBytes());
    }

    private static long bytes(@Nullable ImageInput input) {
        if (input instanceof ImageInput.Encoded encoded) {
            return Math.max(1, encoded.bytes().length);
        }
        return input instanceof ImageInput.Decoded decoded ? decoded.image().samples().length : 0;
    }

    @Override
    public boolean offer(ImageRow<K> image) {
        List<Entry<R>> added = buffer.add(reservation(image));
        if (added == null) {
            return false;
        }
        Entry<R> entry = added.get(0);
        K row = image.row();
        ImageInput input = image.input();
        if (input == null) {
            buffer.finish(entry, () -> mapper.withoutImage(row));
            return true;
        }
        counters.add(Counter.BYTES, bytes(input));
        decoding.submit(() -> prepare(entry, row, input));
        return true;
    }

    private void prepare(Entry<R> entry, K row, ImageInput input) {
        if (buffer.isOver()) {
            return;
        }
        try {
            long start = System.nanoTime();
            Preparation preparation = prepare(input, preparer, maxFileBytes);
            counters.addSince(Counter.DECODE_NANOS, start);
            if (preparation instanceof Preparation.Ready ready) {
                buffer.prepared(new PreparedImage<>(entry, ready, scores -> mapper.classified(row, scores)));
            } else if (preparation instanceof Rejected rejected) {
                buffer.finish(entry, () -> mapper.rejected(row, rejected));
            }
        } catch (Throwable e) {
            buffer.fail(e);
        }
    }

    /** Prepares an image that is encoded or decoded; an invalid one keeps its reason. */
    static Preparation prepare(ImageInput input, ImagePreparer preparer, long maxFileBytes) {
        if (input instanceof ImageInput.Encoded encoded) {
            return encoded.bytes().length > maxFileBytes
                    ? BoundedFetcher.tooLarge(maxFileBytes)
                    : preparer.prepare(encoded.bytes());
        }
        if (input instanceof ImageInput.Decoded decoded) {
            return preparer.prepare(decoded.image());
        }
        return ((ImageInput.Broken) input).rejected();
    }

    @Override
    public void end() {
        buffer.end();
    }

    @Override
    public void close() {
        decoding.close();
    }
}
