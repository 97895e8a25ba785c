package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows with images in memory. An image is its name; one whose name begins with "torn" is broken. */
@Timeout(60)
class ClassifiedRowsTest {
    private static final String TASK = "rows";

    private final List<HeldImage<String>> rows = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private final DecodePool decoding = new DecodePool(2);
    private long windowBytes = 1 << 20;
    private int taken;

    @AfterEach
    void nothingIsLeftRunning() {
        assertThat(Threads.named("cardinal-infer-" + TASK)).isEmpty();
    }

    @Test
    void rowsKeepTheirOrderWithAndWithoutImages() {
        row("a", null);
        row("b", "one");
        row("c", null);
        row("d", "torn");
        row("e", "two");
        row("f", null);

        assertThat(classify(2)).containsExactly("a: none", "b: 3", "c: none", "d: torn", "e: 3", "f: none");
        assertThat(batches).containsExactly(2);
        assertThat(closed).as("after the last row").hasValue(1);
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(6);
        assertThat(metrics.value(Counter.CLASSIFIED)).isEqualTo(2);
        assertThat(metrics.value(Counter.BYTES)).isEqualTo(10);
    }

    @Test
    void noModelIsTakenWhereThereIsNoImage() {
        row("a", null);
        row("b", null);

        assertThat(classify(2)).containsExactly("a: none", "b: none");
        assertThat(closed).hasValue(0);
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(2);
    }

    @Test
    void noRowsGiveNone() {
        assertThat(classify(2)).isEmpty();
        assertThatThrownBy(() -> iterator(2).next()).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void closingEarlyClosesEverythingOnceAndTakesNoFurtherRow() {
        for (int i = 0; i < 100; i++) {
            row("row" + i, "image");
        }
        ClassifiedRows<String, String> classified = iterator(3);

        assertThat(classified.next()).isEqualTo("row0: 5");
        classified.close();
        classified.close();

        assertThat(closed).hasValue(1);
        assertThat(classified.hasNext()).isFalse();
        assertThat(taken).isLessThanOrEqualTo(3 * 3 + EngineOptions.DEFAULT_PREFETCH + 2);
    }

    @Test
    void rowsThatFillTheWindowByWhatIsKeptOfThemDoNotHoldUpABatch() {
        windowBytes = 100;
        for (int i = 0; i < 20; i++) {
            rows.add(new HeldImage<>("row" + i, i % 5 == 0 ? 1_000 : 40, picture("image")));
        }

        assertThat(classify(8)).hasSize(20).startsWith("row0: 5").endsWith("row19: 5");
        assertThat(batches).allMatch(size -> size <= 3);
    }

    @Test
    void imageOfTooManyBytesIsNotDecoded() {
        row("long", "more than ten bytes");

        assertThat(classify(2)).containsExactly("long: more than the 10 bytes a file may have");
    }

    @Test
    void decodedAndBrokenPicturesAreTakenAsTheyAre() {
        rows.add(new HeldImage<>("raw", 0, new Picture.Decoded(new RawImage(2, 1, RawImage.Layout.GRAY, new byte[2]))));
        rows.add(new HeldImage<>(
                "broken",
                0,
                new Picture.Broken(new Preparation.Rejected(Status.UNSUPPORTED, "of another kind", null, null))));

        assertThat(classify(2)).containsExactly("raw: 2", "broken: of another kind");
    }

    private void row(String name, @Nullable String image) {
        rows.add(new HeldImage<>(name, name.length(), image == null ? null : picture(image)));
    }

    private static Picture picture(String image) {
        return new Picture.Encoded(image.getBytes(StandardCharsets.US_ASCII));
    }

    private List<String> classify(int batchSize) {
        List<String> all = new ArrayList<>();
        iterator(batchSize).forEachRemaining(all::add);
        return all;
    }

    private ClassifiedRows<String, String> iterator(int batchSize) {
        LabelOptions options = new LabelOptions(
                1,
                Set.of(),
                10,
                ImageOptions.defaults(),
                RecordFields.usual(),
                EngineOptions.defaults().withBatchSize(batchSize));
        Pipeline pipeline = new Pipeline(
                TASK,
                () -> false,
                ImageFetchers.NONE,
                decoding,
                new FakePreparer(),
                new FakeClassifier(),
                windowBytes,
                1);
        return ClassifiedRows.of(
                closed::incrementAndGet,
                pipeline,
                options,
                rows.stream().peek(row -> taken++).iterator(),
                new Names(),
                metrics);
    }

    /** A row becomes its name, with the number of pixels of its image or with what is wrong. */
    private static final class Names implements Classified<String, String> {
        @Override
        public String withoutImage(String row) {
            return row + ": none";
        }

        @Override
        public String classified(String row, Scores scores) {
            return row + ": " + (int) scores.probabilities()[0];
        }

        @Override
        public String rejected(String row, Preparation.Rejected rejected) {
            return row + ": " + rejected.error();
        }
    }

    private static final class FakePreparer implements ImagePreparer {
        @Override
        public Preparation prepare(byte[] encoded) {
            String name = new String(encoded, StandardCharsets.US_ASCII);
            return name.startsWith("torn")
                    ? new Preparation.Rejected(Status.UNDECODABLE, "torn", null, null)
                    : new Preparation.Ready(1, 1, 1, 1, encoded);
        }

        @Override
        public Preparation prepare(RawImage image) {
            return new Preparation.Ready(1, 1, 1, 1, image.samples());
        }

        @Override
        public void close() {}
    }

    private final class FakeClassifier implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> images, int height, int width) {
            batches.add(images.size());
            return images.stream()
                    .map(image -> new Scores(null, new float[] {image.length}, null))
                    .toList();
        }

        @Override
        public void close() {}
    }
}
