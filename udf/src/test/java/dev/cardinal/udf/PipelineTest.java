package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.Classifier.Scores;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImagePreparer;
import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.Provenance;
import dev.cardinal.zoo.Provenance.HashCheck;
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

/** What the threads of a task do beside each other. An image is its name; one whose name begins with "torn" is broken. */
@Timeout(60)
class PipelineTest {
    private static final ServedModel MODEL = ServedModel.of(new BundleCard(
            DemoModel.card(),
            "ab".repeat(32),
            new Provenance("demo.pth", "cd".repeat(32), "zip", HashCheck.UNCHECKED)));
    private static final String TASK = "pipeline";
    private static final long A_WHILE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    private final List<ImageRef> images = new ArrayList<>();
    private final AtomicInteger openFetchers = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private final LabelMetrics metrics = LabelMetrics.unregistered();
    private final DecodePool decoding = new DecodePool(2);
    private Step onFetch = name -> {};
    private Step onPrepare = name -> {};
    private Step onClassify = name -> {};
    private BooleanSupplier killed = () -> false;
    private long windowBytes = 1 << 20;

    /** What happens where an image comes to. */
    private interface Step {
        void at(String name) throws InterruptedException;
    }

    @AfterEach
    void nothingIsLeftRunning() {
        assertThat(Threads.named("cardinal-fetch-" + TASK)).isEmpty();
        assertThat(Threads.named("cardinal-infer-" + TASK)).isEmpty();
        assertThat(openFetchers).hasValue(0);
    }

    @Test
    void rowsKeepTheOrderOfTheImagesWhicheverIsReadyFirst() {
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
    void rowsAreTakenWhileTheNextBatchIsClassifiedAndItIsClassifiedWhileTheyAreTaken() throws Exception {
        CountDownLatch firstRowTaken = new CountDownLatch(1);
        CountDownLatch secondBatchBegun = new CountDownLatch(1);
        onClassify = name -> {
            if (name.equals("b")) {
                secondBatchBegun.countDown();
                firstRowTaken.await();
            }
        };
        images("a", "b");
        try (LabelIterator rows = iterator(1, 4)) {
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
    void imagesThatAreLargerThanTheWindowGoThroughAloneAndInTheirOrder() {
        windowBytes = 100;
        for (int i = 0; i < 20; i++) {
            images.add(ImageRef.file("image" + i, i % 3 == 0 ? 1_000 : 60, 0, null));
        }

        assertThat(paths(rows(3, 8)))
                .isEqualTo(images.stream().map(ImageRef::path).toList());
    }

    @Test
    void brokenImagesBeyondTheWindowDoNotHoldUpABatch() {
        images("good");
        for (int i = 0; i < 100; i++) {
            images("torn" + i);
        }
        images("good too");

        assertThat(rows(4, 2)).hasSize(102);
    }

    @Test
    void failureWhileAnImageIsPreparedFailsTheTaskWithIt() {
        IllegalStateException failure = new IllegalStateException("a bug");
        onPrepare = name -> {
            throw failure;
        };
        images("a", "b");

        assertThatThrownBy(() -> rows(2, 2)).isSameAs(failure);
    }

    @Test
    void errorInTheModelFailsTheTaskWithIt() {
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

    /** Where an image may be when its task ends. */
    private enum Place {
        READ,
        PREPARED,
        CLASSIFIED
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void closingEndsWhatIsUnderWayAndLetsNothingBegin(Place place) throws Exception {
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
        LabelIterator rows = iterator(2, 2);
        CompletableFuture<Thread> taskThread = new CompletableFuture<>();
        CompletableFuture<Boolean> task = CompletableFuture.supplyAsync(() -> {
            taskThread.complete(Thread.currentThread());
            return rows.hasNext();
        });
        begun.acquire();
        awaitState(taskThread.join(), Thread.State.TIMED_WAITING);

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
    void closingBeforeTheFirstRowAndTwiceDoesNothing() {
        images("a");
        LabelIterator rows = iterator(2, 2);

        rows.close();
        rows.close();

        assertThat(calls).hasValue(0);
    }

    @Test
    void timeIsCountedAsWaitingWhileNoImageIsReadyAndAsInferenceInTheModel() {
        onPrepare = name -> {
            if (name.equals("a")) {
                pass(waiting());
            }
        };
        onClassify = name -> pass(System.nanoTime());
        images("a", "b");
        long start = System.nanoTime();

        rows(2, 2);

        long all = System.nanoTime() - start;
        assertThat(metrics.value(Counter.WAIT_NANOS)).isBetween(A_WHILE_NANOS, all - A_WHILE_NANOS);
        assertThat(metrics.value(Counter.INFER_NANOS)).isBetween(A_WHILE_NANOS, all - A_WHILE_NANOS);
        assertThat(metrics.value(Counter.DECODE_NANOS)).isGreaterThanOrEqualTo(A_WHILE_NANOS);
    }

    private static void awaitState(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            assertThat(Thread.interrupted()).as("too late").isFalse();
            Thread.onSpinWait();
        }
    }

    /** Now, with the model's thread waiting. */
    private static long waiting() {
        while (Threads.named("cardinal-infer-" + TASK).stream()
                .noneMatch(thread -> thread.getState() == Thread.State.WAITING)) {
            assertThat(Thread.interrupted()).as("too late").isFalse();
            Thread.onSpinWait();
        }
        return System.nanoTime();
    }

    /** Works for a while. */
    private static void pass(long start) {
        while (System.nanoTime() - start < A_WHILE_NANOS) {
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
        try (LabelIterator iterator = iterator(batchSize, prefetch)) {
            iterator.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static List<String> paths(List<Row> rows) {
        return rows.stream().map(row -> row.getString(0)).toList();
    }

    private LabelIterator iterator(int batchSize, int prefetch) {
        LabelOptions options = new LabelOptions(
                2,
                Set.of(),
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                RecordFields.usual(),
                new EngineOptions(
                        batchSize,
                        prefetch,
                        EngineOptions.PrecisionChoice.FP32,
                        EngineOptions.DeviceChoice.CPU,
                        EngineOptions.ModelDistribution.BROADCAST));
        Pipeline pipeline = new Pipeline(
                TASK,
                () -> killed.getAsBoolean(),
                container -> new FakeFetcher(),
                decoding,
                new FakePreparer(),
                new FakeClassifier(),
                windowBytes,
                1);
        Iterator<ImageRef> source = List.copyOf(images).iterator();
        return new LabelIterator(source, pipeline, options, new PredictionRows(MODEL, options), metrics);
    }

    private void at(Step step, String name) {
        calls.incrementAndGet();
        try {
            step.at(name);
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
            at(onFetch, image.path());
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
            at(onPrepare, name);
            return name.startsWith("torn")
                    ? new Preparation.Rejected(Status.UNDECODABLE, "torn", null, null)
                    : new Preparation.Ready(1, 1, 1, 1, encoded);
        }

        @Override
        public Preparation prepare(RawImage image) {
            throw new AssertionError("nobody gives it decoded images");
        }

        @Override
        public void close() {}
    }

    private final class FakeClassifier implements Classifier {
        @Override
        public List<Scores> classify(List<byte[]> pixels, int height, int width) {
            return pixels.stream()
                    .map(name -> {
                        at(onClassify, new String(name, StandardCharsets.US_ASCII));
                        return new Scores(null, new float[10], null);
                    })
                    .toList();
        }

        @Override
        public void close() {}
    }
}
