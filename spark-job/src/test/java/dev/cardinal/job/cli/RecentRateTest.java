package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RecentRateTest {
    private final RecentRate rate = new RecentRate();

    @Test
    void timeBeforeTheFirstImageDoesNotCount() {
        assertThat(rate.at(0, 0)).isZero();
        assertThat(rate.at(30, 0)).isZero();
        assertThat(rate.at(31, 60)).as("one reading tells no rate").isZero();
        assertThat(rate.at(31.2, 70)).as("nor do two that are close").isZero();
        assertThat(rate.at(32, 120)).isEqualTo(60);
    }

    @Test
    void onlyTheLastTenSecondsCount() {
        for (int second = 0; second <= 20; second++) {
            rate.at(second, 100L * (second + 1));
        }
        double now = 0;
        for (int second = 21; second <= 31; second++) {
            now = rate.at(second, 2_100 + 10L * (second - 20));
        }

        assertThat(now).isEqualTo(10);
    }

    @Test
    void rateIsStableBetweenTwoReports() {
        rate.at(0, 50);
        rate.at(1, 100);

        assertThat(rate.at(1.2, 100)).isEqualTo(50);
        assertThat(rate.at(1.8, 100)).isEqualTo(50);
    }

    @Test
    void rateFallsWhileTheCountStandsStill() {
        rate.at(0, 50);
        rate.at(1, 100);

        assertThat(rate.at(10, 100)).isEqualTo(5);
        assertThat(rate.at(100, 100)).isEqualTo(0.5);
    }

    @Test
    void countThatChangesRarelyHasTheRateOfItsLastTwoChanges() {
        rate.at(60, 100);
        rate.at(120, 300);
        rate.at(180, 600);

        assertThat(rate.at(181, 600)).isCloseTo(5, within(1e-9));
    }
}
