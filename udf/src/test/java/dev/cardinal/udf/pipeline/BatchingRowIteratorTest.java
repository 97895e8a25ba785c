package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
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

/** Tests rows with images in memory. The content of an image is its name; a name that begins with "torn" is a corrupt image. */
@Timeout(60)
class BatchingRowIteratorTest {
    private static final String TASK = "rows";

    private final List<ImageRow<String>> rows = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();
    private final AtomicInteger closed = new AtomicInteger();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private final DecodePool decoding = new DecodePool(2);
    private long bufferBytes = 1 << 20;
    private int taken;

    @AfterEach
    void noThreadIsLeft() {
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
    void noModelIsLeasedWithoutAnImage() {
        row("a", null);
        row("b", null);

        assertThat(classify(2)).containsExactly("a: none", "b: none");
        assertThat(closed).hasValue(0);
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(2);
    }

    @Test
    void noRowsGiveNoResults() {
        assertThat(classify(2)).isEmpty();
        assertThatThrownBy(() -> iterator(2).next()).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void closingEarlyClosesTheModelOnceAndReadsNoMoreRows() {
        for (int i = 0; i < 100; i++) {
            row("row" + i, "image");
        }
        BatchingRowIterator<String, String> classified = iterator(3);

        assertThat(classified.next()).isEqualTo("row0: 5");
        classified.close();
        classified.close();

        assertThat(closed).hasValue(1);
        assertThat(classified.hasNext()).isFalse();
        assertThat(taken).isLessThanOrEqualTo(3 * 3 + ExecutionOptions.DEFAULT_PREFETCH + 2);
    }

    @Test
    void rowsWhoseKeptValuesFillTheBufferDoNotBlockABatch() {
        bufferBytes = 100;
        for (int i = 0; i < 20; i++) {
            rows.add(new ImageRow<>("row" + i, i % 5 == 0 ? 1_000 : 40, encoded("image")));
        }

        assertThat(classify(8)).hasSize(20).startsWith("row0: 5").endsWith("row19: 5");
        assertThat(batches).allMatch(size -> size <= 3);
    }

    @Test
    void tooLargeImageIsNotDecoded() {
        row("long", "more than ten bytes");

        assertThat(classify(2)).containsExactly("long: more than the 10 bytes a file may have");
    }

    @Test
    void decodedAndInvalidImagesAreAccepted() {
        rows.add(new ImageRow<>(
                "raw", 0, new ImageInput.Decoded(new RawImage(2, 1, RawImage.PixelLayout.GRAY, new byte[2]))));
        rows.add(new ImageRow<>(
                "invalid",
                0,
                new ImageInput.Broken(new Preparation.Rejected(Status.UNSUPPORTED, "of another kind", null, null))));

        assertThat(classify(2)).containsExactly("raw: 2", "invalid: of another kind");
    }

    private void row(String name, @Nullable String image) {
        rows.add(new ImageRow<>(name, name.length(), image == null ? null : encoded(image)));
    }

    private static ImageInput encoded(String image) {
        return new ImageInput.Encoded(image.getBytes(StandardCharsets.US_ASCII));
    }

    private List<String> classify(int batchSize) {
        List<String> all = new ArrayList<>();
        iterator(batchSize).forEachRemaining(all::add);
        return all;
    }

    private BatchingRowIterator<String, String> iterator(int batchSize) {
        LabelOptions options = new LabelOptions(
                1,
                Set.of(),
                10,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults().withBatchSize(batchSize));
        PipelineContext pipeline = new PipelineContext(
                TASK,
                () -> false,
                ImageFetchers.NONE,
                decoding,
                new FakePreparer(),
                List.of(new PipelineContext.PipelineModel(new FakeClassifier(), 1)),
                bufferBytes);
        return BatchingRowIterator.of(
                closed::incrementAndGet,
                pipeline,
                options,
                rows.stream().peek(row -> taken++).iterator(),
                new Names(),
                metrics);
    }

    /** Maps a row to its name with the number of bytes of its image, or with the error. */
    private static final class Names implements ClassifiedRowMapper<String, String> {
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
                    : new Preparation.Ready(1, 1, 1, 1, encoded, null);
        }

        @Override
        public Preparation prepare(RawImage image) {
            return new Preparation.Ready(1, 1, 1, 1, image.samples(), null);
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
