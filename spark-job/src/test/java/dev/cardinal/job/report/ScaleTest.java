package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScaleTest {
    private static final Offset<Double> ROUNDING = within(1e-9);

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 110", "0.25, 35", "-3, 10", "9, 110"})
    void valueIsMappedBetweenTheEnds(double value, double at) {
        assertThat(new Scale(0, 1, 10, 110).at(value)).isEqualTo(at, ROUNDING);
    }

    @Test
    void axisCanRunUpwards() {
        assertThat(new Scale(10, 20, 200, 0).at(15)).isEqualTo(100, ROUNDING);
    }

    @ParameterizedTest
    @MethodSource
    void ticksAreRoundNumbers(double min, double max, int about, List<Double> expected) {
        List<Double> ticks = new Scale(min, max, 0, 1).ticks(about);

        assertThat(ticks).hasSameSizeAs(expected);
        for (int i = 0; i < ticks.size(); i++) {
            assertThat(ticks.get(i)).isEqualTo(expected.get(i), ROUNDING);
        }
    }

    static Stream<Arguments> ticksAreRoundNumbers() {
        return Stream.of(
                Arguments.of(0, 1, 5, List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
                Arguments.of(0.75, 0.95, 5, List.of(0.75, 0.8, 0.85, 0.9, 0.95)),
                Arguments.of(0, 100_000, 4, List.of(0.0, 50_000.0, 100_000.0)),
                Arguments.of(0, 7, 7, List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),
                Arguments.of(0.13, 0.19, 3, List.of(0.14, 0.16, 0.18)));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "4, 4", "49, 60", "60, 60", "61, 80", "1.1e9, 1.5e9", "0.03, 0.03", "NaN, 1"})
    void axisEndsAtARoundNumberAtOrAboveTheLargestValue(double largest, double end) {
        assertThat(Scale.upTo(largest, 0, 1).max()).isEqualTo(end, within(end * 1e-9));
    }

    @Test
    void emptyRangeIsRejected() {
        assertThatThrownBy(() -> new Scale(1, 1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
