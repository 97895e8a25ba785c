package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageHash;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.LabelMetrics;
import dev.cardinal.udf.model.Classifier;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.pipeline.PipelineContext.PipelineModel;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.serving.ServedModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the rows of a task that has several models, whose scores depend on all pixels. */
@Timeout(60)
class SeveralModelsPipelineTest {
    private static final String TASK = "several";
    private static final int MODEL_COLUMN = 11;
    private static final List<Preprocessing> PREPROCESSINGS =
            List.of(preprocessing(32, 28), preprocessing(null, null), preprocessing(32, 28));

    private final List<ImageRef> images = new ArrayList<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private final Queue<String> fetched = new ConcurrentLinkedQueue<>();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private Step onClassify = model -> {};
    private long bufferBytes = 1 << 20;

    /** Called when a model gets a batch. */
    private interface Step {
        void run(int model) throws InterruptedException;
    }

    private static Preprocessing preprocessing(@Nullable Integer resize, @Nullable Integer crop) {
        return new Preprocessing(
                resize,
                crop,
                Interpolation.PILLOW_BILINEAR,
                CropRounding.HALF_EVEN,
                List.of(0.5, 0.5, 0.5),
                List.of(1.0, 1.0, 1.0));
    }

    /** Loads the libraries that decode, which may take longer than a test on a busy machine. */
    @BeforeAll
    static void decodeAnImage() {
        try (ImagePreparer preparer = PreparerPool.lease(PREPROCESSINGS, ImageOptions.defaults(), ImageHash.NONE)) {
            preparer.prepareForEach(Pictures.png(1, 1, 0));
        }
    }

    @BeforeEach
    void writeImages() {
        for (int i = 0; i < 30; i++) {
            String path = "image" + i;
            byte[] content = i % 7 == 3 ? new byte[] {1, 2, 3} : Pictures.png(30 + i % 2, 40, i);
            contents.put(path, content);
            images.add(ImageRef.file(path, content.length, 0, null));
        }
        images.add(ImageRef.file("huge", 1L << 40, 0, null));
    }

    @AfterEach
    void noThreadIsLeft() {
        assertThat(Threads.named("cardinal-fetch-" + TASK)).isEmpty();
        assertThat(Threads.named("cardinal-infer-" + TASK)).isEmpty();
    }

    @Test
    void everyModelHasTheRowsOfATaskOfItsOwn() {
        List<List<Row>> own = IntStream.range(0, PREPROCESSINGS.size())
                .mapToObj(model -> rows(List.of(model)))
                .toList();

        List<Row> together = rows(List.of(0, 1, 2));

        for (int model = 0; model < own.size(); model++) {
            String id = own.get(model).get(0).getString(MODEL_COLUMN);
            assertThat(together.stream()
                            .filter(row -> row.getString(MODEL_COLUMN).equals(id))
                            .toList())
                    .hasSize(images.size())
                    .usingRecursiveComparison()
                    .isEqualTo(own.get(model));
        }
        assertThat(together).hasSize(3 * images.size());
    }

    @Test
    void imageIsReadAndCountedOnce() {
        rows(List.of(0, 1, 2));

        assertThat(fetched).hasSize(30).doesNotHaveDuplicates();
        assertThat(metrics.value(Counter.BYTES))
                .isEqualTo(contents.values().stream()
                        .mapToLong(each -> each.length)
                        .sum());
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(93);
        assertThat(metrics.value(Counter.CLASSIFIED)).isEqualTo(78);
    }

    @Test
    void imagesThatDoNotFitIntoTheBufferTogetherAreLabeledOneAfterAnother() {
        bufferBytes = 1;

        assertThat(rows(List.of(0, 1, 2))).hasSize(3 * images.size());
    }

    @Test
    void modelGoesOnWhileAnotherOneIsBusy() {
        CountDownLatch secondModelHasTwoBatches = new CountDownLatch(2);
        onClassify = model -> {
            if (model == 0) {
                secondModelHasTwoBatches.await();
            } else {
                secondModelHasTwoBatches.countDown();
            }
        };

        assertThat(rows(List.of(0, 1))).hasSize(2 * images.size());
    }

    @Test
    void failureOfOneModelFailsTheTask() {
        IllegalStateException failure = new IllegalStateException("out of memory");
        onClassify = model -> {
            if (model == 1) {
                throw failure;
            }
        };

        assertThatThrownBy(() -> rows(List.of(0, 1, 2))).isSameAs(failure);
    }

    /** Returns the rows of a task with these models. */
    private List<Row> rows(List<Integer> models) {
        LabelOptions options = new LabelOptions(
                2,
                Set.of(),
                1_000_000,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults().withBatchSize(4));
        List<Preprocessing> preprocessings =
                models.stream().map(PREPROCESSINGS::get).toList();
        List<Row> rows = new ArrayList<>();
        try (ImagePreparer preparer = PreparerPool.lease(preprocessings, options.image(), ImageHash.NONE);
                PipelineIterator<ImageRef, Row> iterator = LabelPartition.rows(
                        images.iterator(),
                        new PipelineContext(
                                TASK,
                                () -> false,
                                container -> new FakeFetcher(),
                                DecodePool.ofProcess(),
                                preparer,
                                models.stream()
                                        .map(model -> new PipelineModel(
                                                new FakeClassifier(model),
                                                ModelInput.pixelBytes(PREPROCESSINGS.get(model))))
                                        .toList(),
                                bufferBytes),
                        options,
                        models.stream()
                                .map(model -> new PredictionRows(served(model), options))
                                .toList(),
                        metrics)) {
            iterator.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static ServedModel served(int model) {
        return ServedModel.of(new BundleCard(
                DemoModel.card(),
                ("a" + model).repeat(32),
                new Provenance("demo.pth", "cd".repeat(32), "zip", HashCheck.UNCHECKED)));
    }

    private final class FakeFetcher implements ImageFetcher {
        @Override
        public Fetched fetch(ImageRef image, int limit) {
            fetched.add(image.path());
            return Fetched.of(Objects.requireNonNull(contents.get(image.path())));
        }

        @Override
        public void close() {}
    }

    private final class FakeClassifier implements Classifier {
        private final int model;

        FakeClassifier(int model) {
            this.model = model;
        }

        @Override
        public List<Scores> classify(List<byte[]> pixels, int height, int width) {
            try {
                onClassify.run(model);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return pixels.stream().map(this::scores).toList();
        }

        private Scores scores(byte[] rgb) {
            float[] probabilities = new float[10];
            for (int i = 0; i < rgb.length; i++) {
                probabilities[(i + model) % 10] += rgb[i] & 0xff;
            }
            return new Scores(null, probabilities, null);
        }

        @Override
        public void close() {}
    }
}
