package dev.cardinal.job.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    @Test
    void numbersAreTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(Format.count(1_234_567)).isEqualTo("1,234,567");
            assertThat(Format.percent(0.87344)).isEqualTo("87.34 %");
            assertThat(Format.rate(1234.5)).isEqualTo("1,235");
            assertThat(Format.format("%.1f", 0.5)).isEqualTo("0.5");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void missingNumberIsADash() {
        assertThat(Format.count((Long) null)).isEqualTo("-");
        assertThat(Format.percent(null)).isEqualTo("-");
        assertThat(Format.number("%.1f", null)).isEqualTo("-");
    }

    @Test
    void nounIsInThePluralUnlessTheCountIsOne() {
        assertThat(Format.count(1, "executor")).isEqualTo("1 executor");
        assertThat(Format.count(2000, "image")).isEqualTo("2,000 images");
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0", "1.26, 1.3", "10, 10", "1234, '1,234'"})
    void rateHasADecimalOnlyIfItIsSmall(double rate, String text) {
        assertThat(Format.rate(rate)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 bytes", "999, 999 bytes", "683000000, 683 MB", "4300000000, 4.3 GB", "34800000000, 35 GB"})
    void bytesAreRoundedToTheLargestUnit(long bytes, String text) {
        assertThat(Format.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0 s", "9.94, 9.9 s", "59.4, 59 s", "200, 3 min 20 s", "3600, 1 h 00 min", "7500, 2 h 05 min"})
    void durationHasTwoUnits(double seconds, String text) {
        assertThat(Format.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.042, 42 ms", "3.14, 3.1 s", "72, 72 s", "725, 12 min", "12000, 3 h 20 min", "190800, 2 d 5 h"})
    void roughDurationHasAboutTwoDigits(double seconds, String text) {
        assertThat(Format.roughDuration(seconds)).isEqualTo(text);
    }
}
