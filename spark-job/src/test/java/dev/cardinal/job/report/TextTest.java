package dev.cardinal.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @Test
    void numbersAreTheSameInEveryLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertThat(PageText.count(1_234_567L)).isEqualTo("1,234,567");
            assertThat(PageText.decimal(1234.5)).isEqualTo("1,234.500");
            assertThat(PageText.percent(0.8734)).isEqualTo("87.3\u202f%");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void missingNumberIsADash() {
        assertThat(PageText.percent(null)).isEqualTo("\u2013");
        assertThat(PageText.percent(Double.NaN)).isEqualTo("\u2013");
        assertThat(PageText.rate(Double.POSITIVE_INFINITY)).isEqualTo("\u2013");
        assertThat(PageText.interval(0.1, null)).isEqualTo("\u2013");
        assertThat(PageText.interval(0.1234, 0.5)).isEqualTo("12.3\u201350.0\u202f%");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.000", "0.87345, 0.873", "1, 1.000", "0.000012, 1.2e-05", "0.001, 0.001"})
    void scoresHaveThreeDigitsOrAnExponent(double score, String text) {
        assertThat(PageText.score(score)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "7, 7", "999, 999", "1000, 1_k", "1500, 1.5_k", "4268000000, 4.3_G", "123456, 123_k", "0.2, 0.2"
    })
    void largeNumbersAreShort(double value, String text) {
        assertThat(PageText.compact(value)).isEqualTo(text.replace('_', '\u202f'));
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0 s", "9.94, 9.9 s", "59.4, 59 s", "200, 3 min 20 s", "3600, 1 h 00 min", "7500, 2 h 05 min"})
    void durationsHaveSuitableUnits(double seconds, String text) {
        assertThat(PageText.duration(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-22T09:14:02.113Z, 2026-11-22 09:14 UTC", "yesterday, yesterday"})
    void timesAreInUtc(String text, String shown) {
        assertThat(PageText.time(text)).isEqualTo(shown);
    }

    @Test
    void longNameIsShortenedInTheMiddle() {
        assertThat(PageText.shortened("abcdefghij", 10)).isEqualTo("abcdefghij");
        assertThat(PageText.shortened("abcdefghijk", 10)).isEqualTo("abcd\u2026ghijk");
        assertThat(PageText.shortened("\ud83d\ude00".repeat(9), 4))
                .isEqualTo("\ud83d\ude00\u2026\ud83d\ude00\ud83d\ude00");
        assertThat(PageText.shortened("x".repeat(10_000), 60)).hasSize(60);
    }

    @ParameterizedTest
    @CsvSource({
        "file:/a/b.jpg, b.jpg",
        "file:/a.tar!/x/1.png, 1.png",
        "file:/a.tfrecord!/record=7, record=7",
        "plain, plain",
        "/, /"
    })
    void fileNameIsTheLastPart(String path, String name) {
        assertThat(PageText.fileName(path)).isEqualTo(name);
    }
}
