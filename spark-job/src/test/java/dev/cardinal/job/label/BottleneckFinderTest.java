package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.job.label.Bottleneck.Stage;
import dev.cardinal.udf.device.DeviceUse;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.CounterSnapshot;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.ExecutionOptions.DeviceChoice;
import dev.cardinal.udf.options.ExecutionOptions.PrecisionChoice;
import dev.cardinal.udf.options.LabelOptions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests runs of 100 s on two cores, with 8 reads at a time per task and batches of 32. */
class BottleneckFinderTest {
    private static final double WALL_SECONDS = 100;
    private static final int CORES = 2;

    static Stream<Arguments> runs() {
        return Stream.of(
                arguments(
                        "the model", seconds(100, 60, 8, 192, 4), Stage.MODEL, 0.96, "the model took 96 % of the time"),
                arguments("the model, despite a short wait", seconds(700, 60, 40, 160, 2), Stage.MODEL, 0.80, "80 %"),
                arguments(
                        "reading",
                        seconds(1_600, 60, 80, 120, 2),
                        Stage.FETCH,
                        0.40,
                        "reading held the model up for 40 % of the time: for small files raise --prefetch (8)"),
                arguments(
                        "decoding",
                        seconds(1_000, 190, 80, 120, 2),
                        Stage.DECODE,
                        0.40,
                        "decoding held the model up for 40 % of the time: more cores"),
                arguments(
                        "reading, with as many seconds per thread as decoding",
                        seconds(1_520, 190, 80, 120, 2),
                        Stage.FETCH,
                        0.4,
                        ""),
                arguments(
                        "writing", seconds(100, 60, 20, 100, 150), Stage.WRITE, 0.75, "writing took 75 % of the time"),
                arguments(
                        "the model, while rows are written at the same time",
                        seconds(100, 60, 8, 192, 80),
                        Stage.MODEL,
                        0.96,
                        "the model"),
                arguments("reading one shard", seconds(80, 20, 80, 120, 2), Stage.FETCH, 0.40, "reading"),
                arguments(
                        "waiting for reads, longer than writing",
                        seconds(900, 60, 70, 130, 60),
                        Stage.FETCH,
                        0.35,
                        "reading"),
                arguments(
                        "the lack of tasks",
                        seconds(9, 9, 0, 80, 0),
                        Stage.TASKS,
                        0.40,
                        "40 % of the cores' time was work"),
                arguments(
                        "the model, although cores were half idle",
                        seconds(9, 9, 0, 100, 0),
                        Stage.MODEL,
                        1.0,
                        "the model took 100 %"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void slowestStageIsTheBottleneck(String what, Map<Counter, Long> counts, Stage stage, double share, String advice) {
        Bottleneck bottleneck = BottleneckFinder.find(
                        sums(counts, 1_000, 32), WALL_SECONDS, CORES, LabelOptions.defaults(), List.of())
                .orElseThrow();

        assertThat(bottleneck.stage()).as(what).isEqualTo(stage);
        assertThat(bottleneck.share()).isEqualTo(share);
        assertThat(bottleneck.advice()).contains(advice).doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 9.6, BATCHES, batches were only 30 % full",
        "1000, 16, MODEL, the model",
        "0, 0, MODEL, the model"
    })
    void smallBatchesAreReportedIfTheyAreLessThanHalfFull(long batches, double imagesEach, Stage stage, String advice) {
        CounterSnapshot sums = sums(seconds(10, 10, 2, 196, 2), batches, imagesEach);

        Bottleneck bottleneck = BottleneckFinder.find(sums, WALL_SECONDS, CORES, LabelOptions.defaults(), List.of())
                .orElseThrow();

        assertThat(bottleneck.stage()).isEqualTo(stage);
        assertThat(bottleneck.advice()).startsWith(advice);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FP32 | cpu   | --precision auto, a GPU, or a smaller model would help",
                "BF16 | cpu   | a GPU, or a smaller model would help",
                "AUTO | cpu   | a GPU, or a smaller model would help",
                "FP32 | gpu:0 | --precision auto, more GPUs, or a smaller model would help",
                "FP16 | gpu:1 | more GPUs, or a smaller model would help",
            })
    void adviceNamesOnlyWhatTheRunDoesNotUse(PrecisionChoice precision, String device, String expected) {
        LabelOptions options = LabelOptions.defaults()
                .withExecution(ExecutionOptions.defaults().on(DeviceChoice.AUTO, precision));
        List<DeviceUse> devices = List.of(new DeviceUse("0", "localhost", null, device, "fp32", null));

        assertThat(BottleneckFinder.find(sums(seconds(1, 1, 0, 200, 0), 100, 32), WALL_SECONDS, CORES, options, devices)
                        .orElseThrow()
                        .advice())
                .isEqualTo("the model took 100 % of the time: " + expected);
    }

    @Test
    void viewsAreNamedFirstAndFillBatches() {
        LabelOptions options =
                LabelOptions.defaults().withImage(ImageOptions.defaults().withViews(Views.TEN_CROP));

        Bottleneck bottleneck = BottleneckFinder.find(
                        sums(seconds(1, 1, 0, 200, 0), 100, 3), WALL_SECONDS, CORES, options, List.of())
                .orElseThrow();

        assertThat(bottleneck.advice())
                .isEqualTo(
                        "the model took 100 % of the time: fewer --views, --precision auto, a GPU, or a smaller model"
                                + " would help");
    }

    @Test
    void lackOfTasksIsNotReportedIfTheCoresAreUnknown() {
        assertThat(BottleneckFinder.find(
                        sums(seconds(0, 0, 0, 1, 0), 1, 32), WALL_SECONDS, 0, LabelOptions.defaults(), List.of()))
                .hasValueSatisfying(bottleneck -> assertThat(bottleneck.stage()).isEqualTo(Stage.MODEL));
    }

    @Test
    void runWithoutWorkHasNoBottleneck() {
        assertThat(BottleneckFinder.find(
                        sums(seconds(9, 9, 0, 0, 0), 0, 0), WALL_SECONDS, CORES, LabelOptions.defaults(), List.of()))
                .isEmpty();
    }

    private static Map<Counter, Long> seconds(long fetch, long decode, long wait, long infer, long write) {
        Map<Counter, Long> nanos = new EnumMap<>(Counter.class);
        nanos.put(Counter.FETCH_NANOS, 1_000_000_000 * fetch);
        nanos.put(Counter.DECODE_NANOS, 1_000_000_000 * decode);
        nanos.put(Counter.WAIT_NANOS, 1_000_000_000 * wait);
        nanos.put(Counter.INFER_NANOS, 1_000_000_000 * infer);
        nanos.put(Counter.WRITE_NANOS, 1_000_000_000 * write);
        return nanos;
    }

    private static CounterSnapshot sums(Map<Counter, Long> nanos, long batches, double imagesEach) {
        Map<Counter, Long> sums = new EnumMap<>(nanos);
        sums.put(Counter.BATCHES, batches);
        sums.put(Counter.CLASSIFIED, Math.round(batches * imagesEach));
        return CounterSnapshot.of(counter -> sums.getOrDefault(counter, 0L));
    }
}
