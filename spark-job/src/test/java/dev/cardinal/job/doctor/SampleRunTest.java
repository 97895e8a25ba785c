package dev.cardinal.job.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.job.doctor.Diagnosis.Estimate;
import dev.cardinal.job.doctor.Diagnosis.InputSummary;
import dev.cardinal.job.doctor.Diagnosis.Measurement;
import dev.cardinal.job.doctor.Diagnosis.Written;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A sample of two executors, one with two tasks and one with one; and estimates from it. */
class SampleRunTest {
    private static final long SECOND = 1_000_000_000;
    private static final long CLOCK = 7_000 * SECOND;

    private final SampleRun sample = sample(Written.OUTPUT);
    private final Measurement measured = sample.measurement();

    @Test
    void rateOfAnExecutorIsThatOfAllItsTasks() {
        assertThat(measured.images()).isEqualTo(240);
        assertThat(measured.tasks()).isEqualTo(3);
        assertThat(measured.executors()).isEqualTo(2);
        assertThat(sample.imagesPerSecond()).isEqualTo(Map.of("0", 40.0, "1", 20.0));
        assertThat(measured.imagesPerSecondPerExecutor()).isEqualTo(30);
        assertThat(sample.taskSeconds()).isEqualTo(4 + 3 + 4);
        assertThat(measured.closeSeconds()).isEqualTo(0.5);
        assertThat(measured.commitSeconds())
                .as("6 s minus the 4 s of the slowest executor")
                .isEqualTo(2);
        assertThat(measured.batchFill()).isEqualTo(240 / (3 * 100.0));
    }

    @Test
    void estimateAddsListingStartImagesAndCommits() {
        InputSummary input = new InputSummary(1_200_000, 1, 0, 30, Map.of(), List.of());

        Estimate estimate = Estimate.of(input, 6, measured, 4, 100_000, true);

        assertThat(estimate.imagesPerSecond()).isEqualTo(4 * 30);
        assertThat(estimate.startSeconds()).isEqualTo(6);
        assertThat(estimate.seconds()).isEqualTo(30 + 6 + 10_000 + 12 * 2);
        assertThat(estimate.executorHours()).isCloseTo(4 * 10_060 / 3600.0, within(1e-9));
        assertThat(estimate.gpuHours()).isEqualTo(estimate.executorHours());
        assertThat(estimate.text())
                .isEqualTo("1,200,000 images take 4 executors about 2 h 47 min at 120 images/s, 11 GPU hours");
        assertThat(estimate.assumptions())
                .contains("4 executors are each as fast as the 2 measured, and the store serves each of them as fast")
                .contains("every commit, of at most 100,000 images, takes as long as the measured one");
    }

    @Test
    void cpusNeedNoGpuHours() {
        InputSummary input = new InputSummary(600, 1, 0, 0, Map.of(), List.of());

        Estimate estimate = Estimate.of(input, 0, sample(Written.NOWHERE).measurement(), 2, 100_000, false);

        assertThat(estimate.gpuHours()).isNull();
        assertThat(estimate.text()).isEqualTo("600 images take 2 executors about 12 s at 60 images/s");
        assertThat(estimate.assumptions())
                .contains("executors and the store stay as fast, with no other load")
                .contains("writing takes no time: it was not measured (--output measures it)");
    }

    private static SampleRun sample(Written written) {
        return new SampleRun(
                List.of(task("0", 0, 4, 80), task("0", 1, 3, 80), task("1", 0, 4, 80)), 6, 100, written, 0);
    }

    private static SampleRun.Task task(String executor, long startSeconds, long seconds, long images) {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        counts.put(Counter.IMAGES, images);
        counts.put(Counter.CLASSIFIED, images);
        counts.put(Counter.BATCHES, 1L);
        long start = CLOCK + startSeconds * SECOND;
        return new SampleRun.Task(
                executor,
                start,
                start + seconds * SECOND,
                0.5,
                CounterSnapshot.of(counter -> counts.getOrDefault(counter, 0L)),
                new Outcomes());
    }
}
