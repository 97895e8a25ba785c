package dev.cardinal.job.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.job.truth.Interval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairStatisticsTest {
    /** Expected: {@code scipy.stats.binomtest(only_a, only_a + only_b, 0.5).pvalue} with SciPy 1.17.1. */
    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "0, 1, 1.0",
        "0, 5, 0.0625",
        "1, 5, 0.21875",
        "10, 25, 0.016673847800120715",
        "29, 11, 0.006426576095691416",
        "70, 10, 3.161290522649495e-12",
        "150, 86, 3.7159361395713866e-05",
        "1000, 1100, 0.03072070786424249",
        "499000, 501000, 0.0456082998653896",
        "5000000, 5003000, 0.34301500080841996",
        "0, 1000, 1.8665272370064378e-301"
    })
    void mcnemarEqualsSciPysBinomialTest(long onlyA, long onlyB, double expected) {
        assertThat(PairStatistics.mcnemar(onlyA, onlyB)).isCloseTo(expected, within(1e-9 * expected));
        assertThat(PairStatistics.mcnemar(onlyB, onlyA)).isCloseTo(expected, within(1e-9 * expected));
    }

    @Test
    void withoutDiscordantImagesPIsOne() {
        assertThat(PairStatistics.mcnemar(0, 0)).isEqualTo(1);
        assertThat(PairStatistics.mcnemar(7, 7)).isEqualTo(1);
    }

    @Test
    void kappaIsAgreementBeyondChance() {
        long[] a = {100, 60, 40};
        long[] b = {120, 60, 20};

        // p_o = 0.7, p_e = (100 * 120 + 60 * 60 + 40 * 20) / 40000 = 0.41
        assertThat(PairStatistics.kappa(140, a, b)).isCloseTo((0.7 - 0.41) / (1 - 0.41), within(1e-15));
    }

    @Test
    void kappaOfConstantPredictions() {
        assertThat(PairStatistics.kappa(5, new long[] {5, 0}, new long[] {5, 0}))
                .as("the same class: chance agrees everywhere")
                .isNull();
        assertThat(PairStatistics.kappa(0, new long[] {5, 0}, new long[] {0, 5}))
                .isEqualTo(0);
        assertThat(PairStatistics.kappa(4, new long[] {5, 0}, new long[] {4, 1}))
                .as("one of them constant")
                .isEqualTo(0);
    }

    /**
     * Approval of a prime minister, asked twice of 1,600 people: Agresti, Categorical Data Analysis, 3rd edition, 11.1. 150
     * approved only the first time and 86 only the second; the difference is -0.04, its standard error 0.0095.
     */
    @Test
    void differenceEqualsTheExampleOfAgresti() {
        Interval difference = PairStatistics.difference(150, 86, 1600);

        assertThat(difference.value()).isEqualTo(-0.04);
        assertThat(difference.low()).isCloseTo(-0.04 - 1.96 * 0.0095, within(1e-4));
        assertThat(difference.high()).isCloseTo(-0.04 + 1.96 * 0.0095, within(1e-4));
    }

    @Test
    void differenceStaysBetweenMinusOneAndOne() {
        assertThat(PairStatistics.difference(0, 1, 1)).isEqualTo(new Interval(1, 1, 1));
        assertThat(PairStatistics.difference(0, 0, 3)).isEqualTo(new Interval(0, 0, 0));
        assertThat(PairStatistics.difference(1, 3, 4).high()).isEqualTo(1);
    }
}
