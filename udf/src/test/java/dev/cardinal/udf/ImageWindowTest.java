package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.ImageWindow.Pixels;
import dev.cardinal.udf.ImageWindow.Slot;
import dev.cardinal.udf.PredictionRows.Source;
import dev.cardinal.udf.image.Preparation.Ready;
import java.util.Objects;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImageWindowTest {
    private static final ImageRef IMAGE = ImageRef.file("image", 1, 0, null);

    private final ImageWindow window = window(3, 100, 1);

    @Test
    void noMoreImagesThanAllowedAreInItUntilARowIsTaken() throws InterruptedException {
        Slot first = put(1);
        put(1);
        put(1);
        assertThat(offer(1)).isNull();

        prepare(first, 1);
        assertThat(window.next(false)).isNotNull();
        window.finish(first, RowFactory::create);
        assertThat(offer(1)).as("its row waits").isNull();
        assertThat(window.take(1)).isNotNull();

        assertThat(offer(1)).isNotNull();
    }

    @Test
    void noMoreBytesThanAllowedAreInItUntilTheyAreGivenToTheModel() throws InterruptedException {
        Slot first = put(60);
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
        Slot grown = put(10);
        window.read(grown, 95);
        assertThat(offer(10)).isNull();

        window.read(grown, 20);
        assertThat(offer(10)).isNotNull();
    }

    @Test
    void imageThatHasBeenReadKeepsTheRoomForItsPixels() {
        ImageWindow uncropped = window(10, 100, 60);
        Slot first = Objects.requireNonNull(uncropped.add(IMAGE, 1));
        uncropped.read(first, 2);

        assertThat(uncropped.add(IMAGE, 1)).isNull();
    }

    @Test
    void imageThatIsLargerThanAllowedIsAlone() {
        put(1);
        assertThat(offer(1_000)).isNull();
        ImageWindow empty = window(3, 100, 1);

        assertThat(empty.add(IMAGE, 1_000)).isNotNull();
        assertThat(empty.add(IMAGE, 1)).isNull();
        assertThat(empty.add(IMAGE, 0)).as("one that is not read").isNotNull();
    }

    @Test
    void encodedImageCountsAsItsPixelsWhichAreTakenToBeAsManyAsTheMostSoFar() throws InterruptedException {
        ImageWindow uncropped = window(10, 100, 80);
        Slot first = Objects.requireNonNull(uncropped.add(IMAGE, 1));
        assertThat(uncropped.add(IMAGE, 1)).isNull();

        uncropped.prepared(pixels(first, 30));
        uncropped.next(true);

        assertThat(uncropped.add(IMAGE, 1)).isNotNull();
        assertThat(uncropped.add(IMAGE, 1)).isNotNull();
        assertThat(uncropped.add(IMAGE, 1)).isNotNull();
        assertThat(uncropped.add(IMAGE, 1)).isNull();
    }

    @Test
    void batchIsNotHeldBackWhereTheWindowIsFull() throws InterruptedException {
        Slot first = put(1);
        prepare(first, 1);
        assertThat(window.next(false)).isNotNull();
        window.finish(put(1), RowFactory::create);
        window.finish(put(1), RowFactory::create);

        assertThat(window.next(true)).isNull();
        assertThat(window.isOver()).isFalse();
    }

    private static ImageWindow window(int maxImages, long maxBytes, long expectedPixelBytes) {
        return new ImageWindow(
                maxImages, maxBytes, expectedPixelBytes, new TaskCounters(LabelMetrics.unregistered()), () -> false);
    }

    private Slot put(long bytes) {
        return Objects.requireNonNull(offer(bytes));
    }

    private @Nullable Slot offer(long bytes) {
        return window.add(IMAGE, bytes);
    }

    private void prepare(Slot slot, int bytes) {
        window.prepared(pixels(slot, bytes));
    }

    private static Pixels pixels(Slot slot, int bytes) {
        return new Pixels(slot, Source.unread(IMAGE), new Ready(1, 1, 1, 1, new byte[bytes]));
    }
}
