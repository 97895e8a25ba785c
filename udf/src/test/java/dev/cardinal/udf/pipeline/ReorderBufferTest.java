package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.metrics.TaskCounters;
import dev.cardinal.udf.pipeline.ReorderBuffer.Entry;
import dev.cardinal.udf.pipeline.ReorderBuffer.PreparedImage;
import dev.cardinal.udf.pipeline.ReorderBuffer.Reservation;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReorderBufferTest {
    private final ReorderBuffer<Row> buffer = buffer(3, 100, 1);

    @Test
    void imagesAreLimitedUntilARowIsTaken() throws InterruptedException {
        Entry<Row> first = add(1);
        add(1);
        add(1);
        assertThat(offer(1)).isNull();

        prepare(first, 1);
        assertThat(buffer.next(0, false)).isNotNull();
        buffer.finish(first, RowFactory::create);
        assertThat(offer(1)).as("its row has not been taken").isNull();
        assertThat(buffer.take(Reservation.toRead(1))).isNotNull();

        assertThat(offer(1)).isNotNull();
    }

    @Test
    void bytesAreLimitedUntilTheModelTakesThePixels() throws InterruptedException {
        Entry<Row> first = add(60);
        assertThat(offer(60)).isNull();
        add(40);
        assertThat(offer(1)).isNull();

        prepare(first, 60);
        assertThat(offer(1)).as("pixels are held").isNull();
        buffer.next(0, true);

        assertThat(offer(60)).isNotNull();
    }

    @Test
    void bytesReadReplaceTheListedLength() {
        Entry<Row> grown = add(10);
        buffer.read(grown, 95);
        assertThat(offer(10)).isNull();

        buffer.read(grown, 20);
        assertThat(offer(10)).isNotNull();
    }

    @Test
    void imageThatHasBeenReadKeepsSpaceForItsPixels() {
        ReorderBuffer<Row> uncropped = buffer(10, 100, 60);
        Entry<Row> first = added(uncropped.add(Reservation.toRead(1)));
        uncropped.read(first, 2);

        assertThat(uncropped.add(Reservation.toRead(1))).isNull();
    }

    @Test
    void imageLargerThanTheLimitIsAcceptedAlone() {
        add(1);
        assertThat(offer(1_000)).isNull();
        ReorderBuffer<Row> empty = buffer(3, 100, 1);

        assertThat(empty.add(Reservation.toRead(1_000))).isNotNull();
        assertThat(empty.add(Reservation.toRead(1))).isNull();
        assertThat(empty.add(Reservation.toRead(0)))
                .as("an image that is not read")
                .isNotNull();
    }

    @Test
    void encodedImageReservesAsManyPixelsAsTheLargestSeen() throws InterruptedException {
        ReorderBuffer<Row> uncropped = buffer(10, 100, 80);
        Entry<Row> first = added(uncropped.add(Reservation.toRead(1)));
        assertThat(uncropped.add(Reservation.toRead(1))).isNull();

        uncropped.prepared(image(first, 30));
        uncropped.next(0, true);

        assertThat(uncropped.add(Reservation.toRead(1))).isNotNull();
        assertThat(uncropped.add(Reservation.toRead(1))).isNotNull();
        assertThat(uncropped.add(Reservation.toRead(1))).isNotNull();
        assertThat(uncropped.add(Reservation.toRead(1))).isNull();
    }

    @Test
    void incompleteBatchIsClassifiedIfTheBufferIsFull() throws InterruptedException {
        Entry<Row> first = add(1);
        prepare(first, 1);
        assertThat(buffer.next(0, false)).isNotNull();
        buffer.finish(add(1), RowFactory::create);
        buffer.finish(add(1), RowFactory::create);

        assertThat(buffer.next(0, true)).isNull();
        assertThat(buffer.isOver()).isFalse();
    }

    @Test
    void imageHasAnEntryAndReservesPixelsForEachModel() throws InterruptedException {
        ReorderBuffer<Row> two =
                new ReorderBuffer<>(2, 2, 100, 30, new TaskCounters(LabelMetrics.unregistered()), () -> false);
        List<Entry<Row>> first = Objects.requireNonNull(two.add(Reservation.toRead(40)));
        assertThat(first).hasSize(2);
        assertThat(two.add(Reservation.toRead(1)))
                .as("40 encoded bytes, then 30 bytes of pixels, three times")
                .isNull();

        two.prepared(image(first.get(0), 30));
        two.prepared(image(first.get(1), 30));
        two.next(0, false);
        assertThat(two.add(Reservation.toRead(1)))
                .as("the second model has not taken its pixels")
                .isNotNull();
        assertThat(two.add(Reservation.NONE)).as("two images").isNull();
        assertThat(two.next(1, false)).isNotNull();
        two.finish(first.get(0), RowFactory::create);
        two.take(Reservation.NONE);
        assertThat(two.add(Reservation.NONE))
                .as("one row of the first image is left")
                .isNull();
        two.finish(first.get(1), RowFactory::create);
        two.take(Reservation.NONE);
        assertThat(two.add(Reservation.NONE)).isNotNull();
    }

    private static ReorderBuffer<Row> buffer(int maxImages, long maxBytes, long expectedPixelBytes) {
        return new ReorderBuffer<>(
                maxImages, 1, maxBytes, expectedPixelBytes, new TaskCounters(LabelMetrics.unregistered()), () -> false);
    }

    private Entry<Row> add(long bytes) {
        return added(offer(bytes));
    }

    private static Entry<Row> added(@Nullable List<Entry<Row>> entries) {
        return Objects.requireNonNull(entries).get(0);
    }

    private @Nullable List<Entry<Row>> offer(long bytes) {
        return buffer.add(Reservation.toRead(bytes));
    }

    private void prepare(Entry<Row> entry, int bytes) {
        buffer.prepared(image(entry, bytes));
    }

    private static PreparedImage<Row> image(Entry<Row> entry, int bytes) {
        return new PreparedImage<>(entry, new Ready(1, 1, 1, 1, new byte[bytes], null), scores -> RowFactory.create());
    }
}
