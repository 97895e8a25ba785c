package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.serving.ServedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the rows of a task. The content of an image is text: {@code 4x2:7} is an image of 4 by 2 pixels of value 7, which the
 * fake model assigns to class 7; any other text is a corrupt image.
 */
class LabelPartitionTest {
    private static final ServedModel MODEL = ServedModel.of(new BundleCard(
            DemoModel.card(),
            "ab".repeat(32),
            new Provenance("demo.pth", "cd".repeat(32), "zip", HashCheck.UNCHECKED)));
    private static final long MODIFIED = 1_700_000_000_123L;

    private final FakeFetcher fetcher = new FakeFetcher();
    private final FakeClassifier classifier = new FakeClassifier();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private final List<ImageRef> images = new ArrayList<>();

    @Test
    void everyImageHasOneRow() {
        image("a", "4x4:1");
        image("b", "torn");
        image("c", "");
        image("d", "4x4:2");
        image("e", "8x8:3");
        unreadable("f", "gone");
        images.add(ImageRef.file("g", 5_000, MODIFIED, null));
        image("h", "8x8:4");
        image("i", "torn");

        List<Row> rows = label(options(2, 1_000));

        assertThat(rows)
                .extracting(LabelPartitionTest::path)
                .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i");
        assertThat(statuses(rows))
                .isEqualTo(Map.of(
                        "a",
                        "ok",
                        "b",
                        "undecodable",
                        "c",
                        "empty",
                        "d",
                        "ok",
                        "e",
                        "ok",
                        "f",
                        "unreadable",
                        "g",
                        "too_large",
                        "h",
                        "ok",
                        "i",
                        "undecodable"));
    }

    @Test
    void noImagesGiveNoRows() {
        assertThat(label(options(2, 1_000))).isEmpty();
        assertThat(classifier.batches).isEmpty();
    }

    static Stream<Arguments> batches() {
        return Stream.of(
                arguments("filled, except for the last one", 3, "4x4 4x4 4x4 4x4 4x4 4x4 4x4", "3 3 1"),
                arguments("exactly full", 2, "4x4 4x4 4x4 4x4", "2 2"),
                arguments("of one image", 1, "4x4 8x8 4x4", "1 1 1"),
                arguments("flushed by an image of another size", 10, "4x4 4x4 8x8 4x4", "2 1 1"),
                arguments("flushed by an image of another shape with as many pixels", 10, "4x2 2x4 2x4", "1 2"),
                arguments("not flushed by corrupt images", 3, "4x4 torn 4x4 torn torn 4x4 4x4", "3 1"),
                arguments("limited by their bytes", 10, "2048x2048 2048x2048 2048x2048", "2 1"),
                arguments("of one image that alone exceeds the limit", 10, "4096x4096 4096x4096", "1 1"));
    }

    @ParameterizedTest(name = "batches are {0}")
    @MethodSource("batches")
    void batchesAre(String what, int batchSize, String contents, String expected) {
        String[] each = contents.split(" ", -1);
        for (int i = 0; i < each.length; i++) {
            image("image" + i, each[i].contains("x") ? each[i] + ":" + i : each[i]);
        }

        List<Row> rows = label(options(batchSize, 1_000));

        assertThat(rows).as(what).hasSize(each.length);
        assertThat(classifier.batches).as(what).extracting(String::valueOf).containsExactly(expected.split(" ", -1));
    }

    @Test
    void everyImageGetsItsOwnScoresInOrder() {
        for (int i = 0; i < 10; i++) {
            image("image" + i, "4x4:" + (7 * i + 3) % 10);
        }

        List<Row> rows = label(options(4, 1_000));

        assertThat(rows)
                .extracting(LabelPartitionTest::path)
                .containsExactly(images.stream().map(ImageRef::path).toArray(String[]::new));
        assertThat(rows).extracting(row -> top(row).getInt(0)).containsExactly(3, 0, 7, 4, 1, 8, 5, 2, 9, 6);
    }

    @Test
    void rowOfAClassifiedImageHasEveryColumn() {
        images.add(ImageRef.file("file:/a b.png", 5, MODIFIED, "Sandal"));
        fetcher.contents.put("file:/a b.png", bytes("4x2:5"));

        Row row = label(options(1, 1_000)).get(0);

        // sha256: printf 4x2:5 | sha256sum
        Row[] predictions = {
            RowFactory.create(5, "Sandal", 1f), RowFactory.create(0, "T-shirt/top", 0f),
        };
        assertThat(Arrays.asList(values(row)))
                .usingRecursiveComparison()
                .isEqualTo(Arrays.asList(
                        "file:/a b.png",
                        null,
                        5L,
                        new Timestamp(MODIFIED),
                        "4322298a8e4a935d27da00d6971870101f2805018e47ee84668d273f7f9a8a44",
                        4,
                        2,
                        "Sandal",
                        "ok",
                        null,
                        predictions,
                        "fashion_resnext20_8x4d@abababababab"));
    }

    @Test
    void requestedColumnsAreWrittenAndNullIfNotClassified() {
        image("good", "4x4:5");
        image("corrupt", "torn");
        LabelOptions options = new LabelOptions(
                1,
                Set.of(Emit.LOGITS, Emit.FEATURES),
                1_000,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults().withBatchSize(1));

        List<Row> rows = label(options);

        int logits = PredictionSchema.table(options.emit(), List.of()).fieldIndex("logits");
        assertThat(rows)
                .allMatch(row -> row.length()
                        == PredictionSchema.table(options.emit(), List.of()).length());
        assertThat((float[]) rows.get(0).get(logits)).hasSize(10).contains(-5f);
        assertThat((float[]) rows.get(0).get(logits + 1)).containsExactly(5f, 16f);
        assertThat(rows.get(1).isNullAt(logits)).isTrue();
        assertThat(rows.get(1).isNullAt(logits + 1)).isTrue();
    }

    @Test
    void viewsOfAnImageStayInOneBatchAndCountInIt() {
        for (int i = 0; i < 7; i++) {
            image("image " + i, "4x4:" + i);
        }
        LabelOptions tenCrop =
                options(32, 1_000).withImage(ImageOptions.defaults().withViews(ImageOptions.Views.TEN_CROP));

        assertThat(label(tenCrop)).hasSize(7);

        assertThat(classifier.batches).as("images, of ten views each").containsExactly(3, 3, 1);
    }

    @Test
    void corruptImageHasItsSha256() {
        image("corrupt", "abc");

        Row row = label(options(1, 1_000)).get(0);

        // The example of FIPS 180-2, appendix B.1.
        assertThat(row.getString(4)).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(row.getInt(5)).isEqualTo(11);
        assertThat(row.getInt(6)).isEqualTo(12);
        assertThat(row.getString(9)).isEqualTo("not an image");
    }

    @Test
    void fileListedAsTooLargeIsNotRead() {
        images.add(ImageRef.file("huge", 11, MODIFIED, null));

        Row row = label(options(1, 10)).get(0);

        assertThat(row.getString(8)).isEqualTo("too_large");
        assertThat(row.getLong(2)).isEqualTo(11);
        assertThat(row.isNullAt(4)).as("no sha256").isTrue();
        assertThat(fetcher.fetched).isEmpty();
    }

    @Test
    void fileThatGrewTooLargeAfterTheListingIsDetectedByReading() {
        images.add(ImageRef.file("grown", 5, MODIFIED, null));
        fetcher.contents.put("grown", bytes("4x4:1 and more"));

        Row row = label(options(1, 10)).get(0);

        assertThat(row.getString(8)).isEqualTo("too_large");
        assertThat(row.getString(9)).isEqualTo("more than the 10 bytes a file may have");
        assertThat(row.isNullAt(4))
                .as("no sha256, because not all bytes were read")
                .isTrue();
        assertThat(fetcher.limits).containsExactly(11);
    }

    @ParameterizedTest
    @MethodSource("limitsOfAtLeastFiveBytes")
    void fileOfExactlyTheMaximumSizeIsRead(long maxFileBytes) {
        image("just right", "4x4:1");

        assertThat(label(options(1, maxFileBytes)).get(0).getString(8)).isEqualTo("ok");
    }

    static Stream<Long> limitsOfAtLeastFiveBytes() {
        return Stream.of(5L, (long) Integer.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE);
    }

    @Test
    void fileLargerThanAnArrayIsTooLargeAtAnyLimit() {
        images.add(ImageRef.file("huge", 1L << 31, MODIFIED, null));

        assertThat(label(options(1, Long.MAX_VALUE)).get(0).getString(8)).isEqualTo("too_large");
        assertThat(fetcher.fetched).isEmpty();
    }

    @Test
    void unreadableImageHasItsReasonOnOneLine() {
        unreadable("secret", "not permitted\nat line two");

        Row row = label(options(1, 1_000)).get(0);

        assertThat(row.getString(8)).isEqualTo("unreadable");
        assertThat(row.getString(9)).isEqualTo("not permitted");
        assertThat(row.getLong(2)).isEqualTo(100);
        assertThat(row.isNullAt(4)).isTrue();
    }

    @Test
    void failingStoreFailsTheTaskWithTheImage() {
        image("a", "4x4:1");
        images.add(ImageRef.file("s3a://bucket/b", 5, MODIFIED, null));
        fetcher.failures.put("s3a://bucket/b", new IOException("503 slow down"));

        assertThatThrownBy(() -> label(options(8, 1_000)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot read s3a://bucket/b")
                .hasRootCauseMessage("503 slow down");
    }

    @Test
    void failingModelFailsTheTask() {
        image("a", "4x4:1");
        classifier.failure = new IllegalStateException("out of memory");

        assertThatThrownBy(() -> label(options(8, 1_000))).isSameAs(classifier.failure);
    }

    @Test
    void readsAheadAtMostThreeBatchesAndThePrefetch() {
        for (int i = 0; i < 100; i++) {
            image("image" + i, "4x4:1");
        }
        PipelineIterator<ImageRef, Row> rows = iterator(options(3, 1_000));

        rows.next();
        rows.close();

        assertThat(fetcher.fetched).hasSizeLessThanOrEqualTo(3 * 3 + ExecutionOptions.DEFAULT_PREFETCH + 1);
    }

    @Test
    void iteratorContractIsKept() {
        image("a", "4x4:1");
        image("b", "4x4:2");
        try (PipelineIterator<ImageRef, Row> rows = iterator(options(8, 1_000))) {
            assertThat(rows.hasNext()).isTrue();
            assertThat(rows.hasNext()).isTrue();
            assertThat(path(rows.next())).isEqualTo("a");
            assertThat(path(rows.next())).isEqualTo("b");
            assertThat(rows.hasNext()).isFalse();
            assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void metricsCountRowsAndBytes() {
        image("a", "4x4:1");
        image("b", "torn");
        unreadable("c", "gone");

        label(options(8, 1_000));

        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(3);
        assertThat(metrics.value(Counter.BYTES)).isEqualTo(9);
        assertThat(metrics.value(Counter.CLASSIFIED)).isEqualTo(1);
        assertThat(metrics.value(Counter.BATCHES)).isEqualTo(1);
    }

    private void image(String path, String content) {
        images.add(ImageRef.file(path, content.length(), MODIFIED, null));
        fetcher.contents.put(path, bytes(content));
    }

    private void unreadable(String path, String why) {
        images.add(ImageRef.file(path, 100, MODIFIED, null));
        fetcher.failures.put(
                path, new ImageFetcher.UnreadableImageException(why, new FileNotFoundException("no such file")));
    }

    private static LabelOptions options(int batchSize, long maxFileBytes) {
        return new LabelOptions(
                2,
                Set.of(),
                maxFileBytes,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults().withBatchSize(batchSize));
    }

    private PipelineIterator<ImageRef, Row> iterator(LabelOptions options) {
        PipelineContext pipeline = new PipelineContext(
                "test",
                () -> false,
                container -> fetcher,
                DecodePool.ofProcess(),
                new FakePreparer(),
                List.of(new PipelineContext.PipelineModel(classifier, 1)),
                64 << 20);
        return LabelPartition.rows(
                images.iterator(), pipeline, options, List.of(new PredictionRows(MODEL, options)), metrics);
    }

    private List<Row> label(LabelOptions options) {
        List<Row> rows = new ArrayList<>();
        try (PipelineIterator<ImageRef, Row> iterator = iterator(options)) {
            iterator.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static String path(Row row) {
        return row.getString(0);
    }

    private static Row top(Row row) {
        return ((Row[]) row.get(10))[0];
    }

    private static Map<String, String> statuses(List<Row> rows) {
        Map<String, String> statuses = new HashMap<>();
        rows.forEach(row -> statuses.put(path(row), row.getString(8)));
        return statuses;
    }

    private static @Nullable Object[] values(Row row) {
        @Nullable Object[] values = new @Nullable Object[row.length()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.get(i);
        }
        return values;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static final class FakeFetcher implements ImageFetcher {
        private final Map<String, byte[]> contents = new HashMap<>();
        private final Map<String, IOException> failures = new HashMap<>();
        private final Queue<String> fetched = new ConcurrentLinkedQueue<>();
        private final Queue<Integer> limits = new ConcurrentLinkedQueue<>();

        @Override
        public Fetched fetch(ImageRef image, int limit) throws IOException {
            fetched.add(image.path());
            limits.add(limit);
            IOException failure = failures.get(image.path());
            if (failure != null) {
                throw failure;
            }
            byte[] content = contents.get(image.path());
            if (content == null) {
                throw new AssertionError("unexpected read of " + image);
            }
            return Fetched.of(Arrays.copyOf(content, Math.min(content.length, limit)));
        }

        @Override
        public void close() {}
    }

    private static final class FakePreparer implements ImagePreparer {
        @Override
        public Preparation prepare(byte[] encoded) {
            if (encoded.length == 0) {
                return new Preparation.Rejected(Status.EMPTY, "no bytes", null, null);
            }
            String[] parts = new String(encoded, StandardCharsets.US_ASCII).split("[x:]", -1);
            if (parts.length != 3) {
                return new Preparation.Rejected(Status.UNDECODABLE, "not an image", 11, 12);
            }
            int width = Integer.parseInt(parts[0]);
            int height = Integer.parseInt(parts[1]);
            byte[] rgb = new byte[width * height * 3];
            rgb[0] = Byte.parseByte(parts[2]);
            return new Preparation.Ready(width, height, width, height, rgb, null);
        }

        @Override
        public Preparation prepare(RawImage image) {
            throw new AssertionError("decoded images are not expected");
        }

        @Override
        public void close() {}
    }

    private static final class FakeClassifier implements Classifier {
        private final List<Integer> batches = new ArrayList<>();
        private @Nullable RuntimeException failure;

        @Override
        public List<Scores> classify(List<byte[]> images, int height, int width) {
            if (failure != null) {
                throw failure;
            }
            batches.add(images.size());
            List<Scores> scores = new ArrayList<>();
            for (byte[] image : images) {
                assertThat(image).hasSize(height * width * 3);
                int c = image[0] % 10;
                float[] probabilities = new float[10];
                probabilities[c] = 1;
                float[] logits = new float[10];
                logits[c] = -c;
                scores.add(new Scores(logits, probabilities, new float[] {c, height * width}));
            }
            return scores;
        }

        @Override
        public void close() {}
    }
}
