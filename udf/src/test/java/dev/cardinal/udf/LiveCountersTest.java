package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a local session with the plugin, where the executor is this process. */
class LiveCountersTest {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long MARK = 1_000_000_000;

    private static CountDownLatch mayEnd = new CountDownLatch(1);

    /** Waits until the driver has heard of what earlier tests have counted in this process. */
    @BeforeEach
    void settle() {
        LocalSpark.context();
        long before = ApplicationTotals.now().value(Counter.BATCHES);
        EngineTotals.add(Counter.BATCHES, MARK);
        long start = System.nanoTime();
        while (ApplicationTotals.now().value(Counter.BATCHES) < before + MARK
                && System.nanoTime() - start < TIMEOUT_NANOS) {
            Thread.onSpinWait();
        }
    }

    @Test
    void moveWhileATaskRuns() throws InterruptedException, ExecutionException {
        mayEnd = new CountDownLatch(1);
        LabelMetrics metrics = LabelMetrics.register(LocalSpark.session().sparkContext());
        LiveCounters live = LiveCounters.begin(metrics);
        JavaFutureAction<Void> job = LocalSpark.context()
                .parallelize(List.of(1), 1)
                .foreachAsync(one -> {
                    TaskCounters counters = new TaskCounters(metrics);
                    counters.add(Counter.IMAGES, 5);
                    mayEnd.await();
                    counters.add(Counter.IMAGES, 2);
                    counters.flush();
                });

        await(live, 5);
        assertThat(metrics.value(Counter.IMAGES)).as("accumulated so far").isZero();
        mayEnd.countDown();
        job.get();

        await(live, 7);
        assertThat(metrics.value(Counter.IMAGES)).isEqualTo(7);
        assertThat(LiveCounters.begin(metrics).value(Counter.BYTES)).isZero();
    }

    @Test
    void countFromTheStartOfTheRun() {
        LabelMetrics before = LabelMetrics.register(LocalSpark.session().sparkContext());
        LiveCounters first = LiveCounters.begin(before);
        label(before, 3);
        await(first, 3);
        LabelMetrics metrics = LabelMetrics.register(LocalSpark.session().sparkContext());
        LiveCounters live = LiveCounters.begin(metrics);

        label(metrics, 4);
        await(first, 7);

        assertThat(live.value(Counter.IMAGES)).isEqualTo(4);
    }

    @Test
    void areTheAccumulatorsWhereNoExecutorReports() {
        LabelMetrics metrics = LabelMetrics.unregistered();
        LiveCounters live = LiveCounters.begin(metrics);

        metrics.add(Counter.BYTES, 6);

        assertThat(live.value(Counter.BYTES)).isEqualTo(6);
    }

    @Test
    void executorsThatAreGoneStillCount() {
        ApplicationTotals totals = new ApplicationTotals();
        totals.report(new ExecutorReport("0", sums(5)));
        totals.report(new ExecutorReport("1", sums(1)));
        totals.report(new ExecutorReport("1", sums(3)));

        assertThat(totals.sums().value(Counter.IMAGES)).isEqualTo(8);
    }

    @Test
    void everyCounterHasASum() {
        assertThatThrownBy(() -> new CounterSums(Map.of(Counter.IMAGES, 1L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not every counter has a sum");
    }

    private static CounterSums sums(long images) {
        return CounterSums.of(counter -> counter == Counter.IMAGES ? images : 0);
    }

    private static void label(LabelMetrics metrics, int images) {
        LocalSpark.context().parallelize(List.of(1), 1).foreach(one -> {
            TaskCounters counters = new TaskCounters(metrics);
            counters.add(Counter.IMAGES, images);
            counters.flush();
        });
    }

    private static void await(LiveCounters live, long images) {
        long start = System.nanoTime();
        while (live.value(Counter.IMAGES) < images && System.nanoTime() - start < TIMEOUT_NANOS) {
            Thread.onSpinWait();
        }
        assertThat(live.value(Counter.IMAGES)).isEqualTo(images);
    }
}
