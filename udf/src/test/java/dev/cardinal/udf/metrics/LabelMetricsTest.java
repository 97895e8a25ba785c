package dev.cardinal.udf.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.LocalSpark;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters of a run in a local session with the plugin; the executor is this process. */
class LabelMetricsTest {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MARK = 1_000_000_000;

    private static CountDownLatch mayEnd = new CountDownLatch(1);

    /** Waits until this process has reported to the driver what earlier tests counted. */
    @BeforeEach
    void awaitReportOfEarlierTests() {
        LocalSpark.context();
        long before = DriverMetrics.executors().value(Counter.BATCHES);
        ProcessCounters.add(Counter.BATCHES, MARK);
        long start = System.nanoTime();
        while (DriverMetrics.executors().value(Counter.BATCHES) < before + MARK
                && System.nanoTime() - start < TIMEOUT_NANOS) {
            Thread.onSpinWait();
        }
    }

    @Test
    void liveValueChangesWhileATaskRuns() throws InterruptedException, ExecutionException {
        mayEnd = new CountDownLatch(1);
        LabelMetrics metrics = LabelMetrics.register(LocalSpark.session().sparkContext());
        JavaFutureAction<Void> job = LocalSpark.context()
                .parallelize(List.of(1), 1)
                .foreachAsync(one -> {
                    TaskCounters counters = new TaskCounters(metrics);
                    counters.add(Counter.IMAGES, 5);
                    mayEnd.await();
                    counters.add(Counter.IMAGES, 2);
                    counters.flush();
                });

        await(metrics, 5);
        assertThat(metrics.value(Counter.IMAGES)).as("accumulated so far").isZero();
        mayEnd.countDown();
        job.get();

        await(metrics, 7);
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(7);
        assertThat(metrics.liveValue(Counter.BYTES)).isZero();
    }

    @Test
    void liveValueCountsFromTheStartOfTheRun() {
        LabelMetrics first = LabelMetrics.register(LocalSpark.session().sparkContext());
        label(first, 3);
        await(first, 3);
        LabelMetrics metrics = LabelMetrics.register(LocalSpark.session().sparkContext());

        label(metrics, 4);
        await(first, 7);

        assertThat(metrics.liveValue(Counter.IMAGES)).isEqualTo(4);
    }

    @Test
    void liveValueIsTheAccumulatedValueIfNoExecutorReports() {
        LabelMetrics metrics = LabelMetrics.unregistered();

        metrics.add(Counter.BYTES, 6);

        assertThat(metrics.liveValue(Counter.BYTES)).isEqualTo(6);
    }

    @Test
    void lostExecutorsStillCount() {
        DriverMetrics driver = new DriverMetrics();
        driver.receive(new DriverMetrics.Report("0", sums(5)));
        driver.receive(new DriverMetrics.Report("1", sums(1)));
        driver.receive(new DriverMetrics.Report("1", sums(3)));

        assertThat(driver.sum().value(Counter.IMAGES)).isEqualTo(8);
    }

    @Test
    void snapshotWithoutAValueForEveryCounterIsRejected() {
        assertThatThrownBy(() -> new CounterSnapshot(Map.of(Counter.IMAGES, 1L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a counter has no value");
    }

    private static CounterSnapshot sums(long images) {
        return CounterSnapshot.of(counter -> counter == Counter.IMAGES ? images : 0);
    }

    private static void label(LabelMetrics metrics, int images) {
        LocalSpark.context().parallelize(List.of(1), 1).foreach(one -> {
            TaskCounters counters = new TaskCounters(metrics);
            counters.add(Counter.IMAGES, images);
            counters.flush();
        });
    }

    private static void await(LabelMetrics metrics, long images) {
        long start = System.nanoTime();
        while (metrics.liveValue(Counter.IMAGES) < images && System.nanoTime() - start < TIMEOUT_NANOS) {
            Thread.onSpinWait();
        }
        assertThat(metrics.liveValue(Counter.IMAGES)).isEqualTo(images);
    }
}
