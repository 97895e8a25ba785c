package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressBarTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream err = new PrintStream(printed, true, StandardCharsets.UTF_8);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1000 | 0 | 0    | [..............................]   0 %  0 of 1,000 images  starting",
                "1000 | 1 | 0    | [..............................]   0 %  1 of 1,000 images",
                "1000 | 500 | 50 | [###############...............]  50 %  500 of 1,000 images  50 images/s, 0:10 left",
                "1000 | 999 | 100 | [#############################.] 100 %  999 of 1,000 images  100 images/s, 0:00 left",
                "1000 | 1000 | 250 | [##############################] 100 %  1,000 of 1,000 images  250 images/s, 0:00 left",
                "1000 | 1234 | 250 | [##############################] 100 %  1,000 of 1,000 images  250 images/s, 0:00 left",
                "100 | 1 | 0.0165 | [..............................]   1 %  1 of 100 images  0.0 images/s, 1:40:00 left",
                "100 | 10 | 1.5  | [###...........................]  10 %  10 of 100 images  1.5 images/s, 1:00 left",
                "10000000 | 1000000 | 1000 | [###...........................]  10 %"
                        + "  1,000,000 of 10,000,000 images  1,000 images/s, 2:30:00 left",
                "0 | 0 | 0       | [##############################] 100 %  0 of 0 images"
            })
    void lineShowsProgressRateAndTimeLeft(long total, long done, double rate, String expected) {
        assertThat(ProgressBar.line(total, done, rate)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3000000000 | 0 | 0 | 0           | [..............................]   0 %  downloading x.pth: 0 of 3,000 MB",
                "3000000000 | 0 | 1500000000 | 10 | [###############...............]  50 %  downloading x.pth: 1,500 of 3,000 MB,"
                        + " 150 MB/s, 0:10 left",
                "3000000000 | 1500000000 | 2250000000 | 10 | [######################........]  75 %  downloading x.pth: 2,250 of"
                        + " 3,000 MB, 75 MB/s, 0:10 left",
                "0 | 0 | 12000000 | 3             | downloading x.pth: 12 MB",
                "0 | 0 | 0 | 3                    | downloading x.pth ..."
            })
    void rateCountsOnlyBytesOfThisRun(long total, long before, long done, double seconds, String expected) {
        assertThat(ProgressBar.bytes("downloading x.pth", total, before, done, seconds))
                .isEqualTo(expected);
    }

    @Test
    void shortImportStepIsNotShown() {
        try (ProgressBar bar = new ProgressBar(new Console(err, err, true))) {
            bar.step("checking x.pth", 10, () -> 5);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("checking");
    }

    @Test
    void nothingIsPrintedWithoutATerminal() {
        try (ProgressBar bar = new ProgressBar(new Console(err, err, false))) {
            bar.step("listing images");
            bar.labeling(10, () -> 5);
            bar.finished();
        }

        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void terminalShowsStepsAndIsClearedAtTheEnd() {
        try (ProgressBar bar = new ProgressBar(new Console(err, err, true))) {
            bar.step("listing images");
            bar.labeling(10, () -> 5);
        }

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("\r\033[Klisting images ...")
                .contains("5 of 10 images")
                .endsWith("\r\033[K");
    }
}
