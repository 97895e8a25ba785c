package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.serving.ServedModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests how the threads of a task work together. The content of an image is its name; a name that begins with "torn" is a corrupt
 * image.
 */
@Timeout(60)
class PipelineIteratorTest {
    private static final ServedModel MODEL = ServedModel.of(new BundleCard(
            DemoModel.card(),
            "ab".repeat(32),
            new Provenance("demo.pth", "cd".repeat(32), "zip", HashCheck.UNCHECKED)));
    private static final String TASK = "pipeline";
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    private final List<ImageRef> images = new ArrayList<>();
    private final AtomicInteger openFetchers = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private final DecodePool decoding = new DecodePool(2);
    private Step onFetch = name -> {};
    private Step onPrepare = name -> {};
    private Step onClassify = name -> {};
    private BooleanSupplier killed = () -> false;
    private long bufferBytes = 1 << 20;

    /** Called when an image reaches a stage. */
    private interface Step {
        void run(String name) throws InterruptedException;
    }

    @AfterEach
    void noThreadOrFetcherIsLeft() {
        assertThat(Threads.named("cardinal-fetch-" + TASK)).isEmpty();
        assertThat(Threads.named("cardinal-infer-" + TASK)).isEmpty();
        assertThat(openFetchers).hasValue(0);
    }

    @Test
    void rowsKeepTheOrderOfTheImages() {
        CountDownLatch others = new CountDownLatch(4);
        onPrepare = name -> {
            if (name.equals("first")) {
                others.await();
            }
            others.countDown();
        };
        images("first", "torn", "third", "torn again", "fifth");

        assertThat(paths(rows(2, 4))).containsExactly("first", "torn", "third", "torn again", "fifth");
    }

    @Test
    void rowsAreTakenWhileTheNextBatchIsClassified() throws Exception {
        CountDownLatch firstRowTaken = new CountDownLatch(1);
        CountDownLatch secondBatchBegun = new CountDownLatch(1);
        onClassify = name -> {
            if (name.equals("b")) {
                secondBatchBegun.countDown();
                firstRowTaken.await();
            }
        };
        images("a", "b");
        try (PipelineIterator<ImageRef, Row> rows = iterator(1, 4)) {
            assertThat(rows.next().getString(0)).isEqualTo("a");
            secondBatchBegun.await();
            firstRowTaken.countDown();
            assertThat(rows.next().getString(0)).isEqualTo("b");
        }
    }

    @Test
    void imagesAreReadAndPreparedWhileABatchIsClassified() {
        CountDownLatch prepared = new CountDownLatch(4);
        onPrepare = name -> prepared.countDown();
        onClassify = name -> prepared.await();
        images("a", "b", "c", "d");

        assertThat(rows(1, 2)).hasSize(4);
    }

    @Test
    void imagesLargerThanTheBufferAreProcessedInOrder() {
        bufferBytes = 100;
        for (int i = 0; i < 20; i++) {
            images.add(ImageRef.file("image" + i, i % 3 == 0 ? 1_000 : 60, 0, null));
        }

        assertThat(paths(rows(3, 8)))
                .isEqualTo(images.stream().map(ImageRef::path).toList());
    }

    @Test
    void moreCorruptImagesThanTheBufferHoldsDoNotBlockABatch() {
        images("good");
        for (int i = 0; i < 100; i++) {
            images("torn" + i);
        }
        images("good too");

        assertThat(rows(4, 2)).hasSize(102);
    }

    @Test
    void exceptionWhileAnImageIsPreparedFailsTheTask() {
        IllegalStateException failure = new IllegalStateException("a bug");
        onPrepare = name -> {
            throw failure;
        };
        images("a", "b");

        assertThatThrownBy(() -> rows(2, 2)).isSameAs(failure);
    }

    @Test
    void errorInTheModelFailsTheTask() {
        OutOfMemoryError failure = new OutOfMemoryError("in a test");
        onClassify = name -> {
            throw failure;
        };
        images("a", "b");

        assertThatThrownBy(() -> rows(2, 2)).isSameAs(failure);
    }

    @Test
    void killedTaskStopsWaiting() {
        CountDownLatch reading = new CountDownLatch(1);
        onFetch = name -> {
            reading.countDown();
            new CountDownLatch(1).await();
        };
        killed = () -> reading.getCount() == 0;
        images("a");

        assertThatThrownBy(() -> rows(2, 2)).isInstanceOf(TaskKilledException.class);
    }

    @Test
    void interruptedTaskStopsWaitingAndStaysInterrupted() {
        Thread task = Thread.currentThread();
        onFetch = name -> {
            task.interrupt();
            new CountDownLatch(1).await();
        };
        images("a");

        assertThatThrownBy(() -> rows(2, 2)).isInstanceOf(TaskKilledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** The stage that an image is in when its task ends. */
    private enum Place {
        READ,
        PREPARED,
        CLASSIFIED
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void closingWaitsForWorkInProgressAndStartsNoMore(Place place) throws Exception {
        Semaphore begun = new Semaphore(0);
        CountDownLatch mayEnd = new CountDownLatch(1);
        Step block = name -> {
            begun.release();
            mayEnd.await();
        };
        switch (place) {
            case READ -> onFetch = block;
            case PREPARED -> onPrepare = block;
            case CLASSIFIED -> onClassify = block;
        }
        for (int i = 0; i < 20; i++) {
            images("image" + i);
        }
        PipelineIterator<ImageRef, Row> rows = iterator(2, 2);
        CompletableFuture<Thread> taskThread = new CompletableFuture<>();
        CompletableFuture<Boolean> task = CompletableFuture.supplyAsync(() -> {
            taskThread.complete(Thread.currentThread());
            return rows.hasNext();
        });
        begun.acquire();
        Threads.awaitState(taskThread.join(), Thread.State.TIMED_WAITING);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(rows::close);
        assertThatThrownBy(task::join).hasRootCauseMessage("the task has ended");
        if (place != Place.READ) {
            assertThat(closing).isNotDone();
            mayEnd.countDown();
        }
        closing.join();

        int before = calls.get();
        assertThatThrownBy(rows::hasNext).hasMessage("the task has ended");
        assertThat(calls).hasValue(before);
    }

    @Test
    void closingTwiceBeforeTheFirstRowDoesNothing() {
        images("a");
        PipelineIterator<ImageRef, Row> rows = iterator(2, 2);

        rows.close();
        rows.close();

        assertThat(calls).hasValue(0);
    }

    @Test
    void waitingAndInferenceTimeAreMeasuredSeparately() {
        onPrepare = name -> {
            if (name.equals("a")) {
                spin(awaitWaiting());
            }
        };
        onClassify = name -> spin(System.nanoTime());
        images("a", "b");
        long start = System.nanoTime();

        rows(2, 2);

        long all = System.nanoTime() - start;
        assertThat(metrics.value(Counter.WAIT_NANOS)).isBetween(PAUSE_NANOS, all - PAUSE_NANOS);
        assertThat(metrics.value(Counter.INFER_NANOS)).isBetween(PAUSE_NANOS, all - PAUSE_NANOS);
        assertThat(metrics.value(Counter.DECODE_NANOS)).isGreaterThanOrEqualTo(PAUSE_NANOS);
    }

    /** Returns the time once the model's thread waits. */
    private static long awaitWaiting() {
        while (Threads.named("cardinal-infer-" + TASK).stream()
                .noneMatch(thread -> thread.getState() == Thread.State.WAITING)) {
            assertThat(Thread.interrupted()).as("timed out").isFalse();
            Thread.onSpinWait();
        }
        return System.nanoTime();
    }

    /** Spins until a while has passed since the start. */
    private static void spin(long start) {
        while (System.nanoTime() - start < PAUSE_NANOS) {
            Thread.onSpinWait();
        }
    }

    private void images(String... names) {
        for (String name : names) {
            images.add(ImageRef.file(name, name.length(), 0, null));
        }
    }

    private List<Row> rows(int batchSize, int prefetch) {
        List<Row> rows = new ArrayList<>();
        try (PipelineIterator<ImageRef, Row> iterator = iterator(batchSize, prefetch)) {
            iterator.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static List<String> paths(List<Row> rows) {
        return rows.stream().map(row -> row.getString(0)).toList();
    }

    private PipelineIterator<ImageRef, Row> iterator(int batchSize, int prefetch) {
        LabelOptions options = new LabelOptions(
                2,
                Set.of(),
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                RecordFields.usual(),
                new ExecutionOptions(
                        batchSize,
                        prefetch,
                        ExecutionOptions.PrecisionChoice.FP32,
                        ExecutionOptions.DeviceChoice.CPU,
                        ExecutionOptions.ModelDistribution.BROADCAST));
        PipelineContext pipeline = new PipelineContext(
                TASK,
                () -> killed.getAsBoolean(),
                container -> new FakeFetcher(),
                decoding,
                new FakePreparer(),
                List.of(new PipelineContext.PipelineModel(new FakeClassifier(), 1)),
                bufferBytes);
        Iterator<ImageRef> source = List.copyOf(images).iterator();
        return LabelPartition.rows(source, pipeline, options, List.of(new PredictionRows(MODEL, options)), metrics);
    }

    private void run(Step step, String name) {
        calls.incrementAndGet();
        try {
            step.run(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private final class FakeFetcher implements ImageFetcher {
        FakeFetcher() {
            openFetchers.incrementAndGet();
        }

        @Override
        public Fetched fetch(ImageRef image, int limit) {
            run(onFetch, image.path());
            return Fetched.of(image.path().getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() {
            openFetchers.decrementAndGet();
        }
    }

    /** The pixels of an image are the letters of its name. */
    private final class FakePreparer implements ImagePreparer {
        @Override
        public Preparation prepare(byte[] encoded) {
            String name = new String(encoded, StandardCharsets.US_ASCII);
            run(onPrepare, name);
            return name.startsWith("torn")
                    ? new Preparation.Rejected(Status.UNDECODABLE, "torn", null, null)
                    : new Preparation.Ready(1, 1, 1, 1, encoded, null);
        }

        @Override
        public Preparation prepare(RawImage image) {
            throw new AssertionError("decoded images are not expected");
        }

        @Override
        public void close() {}
    }

    private final class FakeClassifier implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> pixels, int height, int width) {
            return pixels.stream()
                    .map(name -> {
                        run(onClassify, new String(name, StandardCharsets.US_ASCII));
                        return new Scores(null, new float[10], null);
                    })
                    .toList();
        }

        @Override
        public void close() {}
    }
}
