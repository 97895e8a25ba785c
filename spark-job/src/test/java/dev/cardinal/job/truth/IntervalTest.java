package dev.cardinal.job.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Expected values: {@code scipy.stats.binomtest(hits, trials).proportion_ci(0.95, 'wilson')} with SciPy 1.17.1. The first four
 * are also, to four digits, in Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998),
 * table I, method 3.
 */
class IntervalTest {
    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({
        "81, 263, 0.2552885198782742, 0.36620957698280004",
        "15, 148, 0.06238639953073629, 0.16048724172330803",
        "0, 20, 0.0, 0.16112515805281935",
        "1, 29, 0.006113214292762667, 0.17175521879320282",
        "29, 29, 0.8830302015002592, 1.0",
        "1, 1, 0.20654931437723745, 1.0",
        "0, 1, 0.0, 0.7934506856227626",
        "933, 1000, 0.915787946758133, 0.9468980803933761",
        "38901, 50000, 0.7743560861039404, 0.7816411970827041"
    })
    void agreesWithSciPy(long hits, long trials, double low, double high) {
        Interval interval = Interval.wilson(hits, trials);

        assertThat(interval.value()).isEqualTo((double) hits / trials);
        assertThat(interval.low()).isCloseTo(low, within(1e-12)).isBetween(0.0, 1.0);
        assertThat(interval.high()).isCloseTo(high, within(1e-12)).isBetween(0.0, 1.0);
    }

    @Test
    void withoutTrialsThereIsNoProportion() {
        assertThat(Interval.wilson(0, 0)).isEqualTo(new Interval(Double.NaN, Double.NaN, Double.NaN));
    }
}
