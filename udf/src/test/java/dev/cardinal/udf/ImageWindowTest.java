package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.ImageWindow.Room;
import dev.cardinal.udf.ImageWindow.Slot;
import dev.cardinal.udf.image.Preparation.Ready;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImageWindowTest {
    private final ImageWindow<Row> window = window(3, 100, 1);

    @Test
    void noMoreImagesThanAllowedAreInItUntilARowIsTaken() throws InterruptedException {
        Slot<Row> first = put(1);
        put(1);
        put(1);
        assertThat(offer(1)).isNull();

        prepare(first, 1);
        assertThat(window.next(false)).isNotNull();
        window.finish(first, RowFactory::create);
        assertThat(offer(1)).as("its row waits").isNull();
        assertThat(window.take(Room.read(1))).isNotNull();

        assertThat(offer(1)).isNotNull();
    }

    @Test
    void noMoreBytesThanAllowedAreInItUntilTheyAreGivenToTheModel() throws InterruptedException {
        Slot<Row> first = put(60);
        assertThat(offer(60)).isNull();
        put(40);
        assertThat(offer(1)).isNull();

        prepare(first, 60);
        assertThat(offer(1)).as("pixels are held").isNull();
        window.next(true);

        assertThat(offer(60)).isNotNull();
    }

    @Test
    void bytesThatAreReadCountAndNotThoseThatWereListed() {
        Slot<Row> grown = put(10);
        window.read(grown, 95);
        assertThat(offer(10)).isNull();

        window.read(grown, 20);
        assertThat(offer(10)).isNotNull();
    }

    @Test
    void imageThatHasBeenReadKeepsTheRoomForItsPixels() {
        ImageWindow<Row> uncropped = window(10, 100, 60);
        Slot<Row> first = Objects.requireNonNull(uncropped.add(Room.read(1)));
        uncropped.read(first, 2);

        assertThat(uncropped.add(Room.read(1))).isNull();
    }

    @Test
    void imageThatIsLargerThanAllowedIsAlone() {
        put(1);
        assertThat(offer(1_000)).isNull();
        ImageWindow<Row> empty = window(3, 100, 1);

        assertThat(empty.add(Room.read(1_000))).isNotNull();
        assertThat(empty.add(Room.read(1))).isNull();
        assertThat(empty.add(Room.read(0))).as("one that is not read").isNotNull();
    }

    @Test
    void encodedImageCountsAsItsPixelsWhichAreTakenToBeAsManyAsTheMostSoFar() throws InterruptedException {
        ImageWindow<Row> uncropped = window(10, 100, 80);
        Slot<Row> first = Objects.requireNonNull(uncropped.add(Room.read(1)));
        assertThat(uncropped.add(Room.read(1))).isNull();

        uncropped.prepared(pixels(first, 30));
        uncropped.next(true);

        assertThat(uncropped.add(Room.read(1))).isNotNull();
        assertThat(uncropped.add(Room.read(1))).isNotNull();
        assertThat(uncropped.add(Room.read(1))).isNotNull();
        assertThat(uncropped.add(Room.read(1))).isNull();
    }

    @Test
    void batchIsNotHeldBackWhereTheWindowIsFull() throws InterruptedException {
        Slot<Row> first = put(1);
        prepare(first, 1);
        assertThat(window.next(false)).isNotNull();
        window.finish(put(1), RowFactory::create);
        window.finish(put(1), RowFactory::create);

        assertThat(window.next(true)).isNull();
        assertThat(window.isOver()).isFalse();
    }

    private static ImageWindow<Row> window(int maxImages, long maxBytes, long expectedPixelBytes) {
        return new ImageWindow<>(
                maxImages, maxBytes, expectedPixelBytes, new TaskCounters(LabelMetrics.unregistered()), () -> false);
    }

    private Slot<Row> put(long bytes) {
        return Objects.requireNonNull(offer(bytes));
    }

    private @Nullable Slot<Row> offer(long bytes) {
        return window.add(Room.read(bytes));
    }

    private void prepare(Slot<Row> slot, int bytes) {
        window.prepared(pixels(slot, bytes));
    }

    private static Pixels<Row> pixels(Slot<Row> slot, int bytes) {
        return new Pixels<>(slot, new Ready(1, 1, 1, 1, new byte[bytes]), scores -> RowFactory.create());
    }
}
