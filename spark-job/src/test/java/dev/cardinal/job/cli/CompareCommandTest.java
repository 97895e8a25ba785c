package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.ReferenceFigures;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.compare.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    private Path directory;

    @Test
    void teachersPairsAndRecommendationArePrinted() throws IOException {
        String output = directory + "/comparison";
        String first = ReferenceFigures.table(0, directory.resolve("0"), ReferenceFigures.images(0));
        String second = ReferenceFigures.table(1, directory.resolve("1"), ReferenceFigures.images(1));
        String third = ReferenceFigures.table(2, directory.resolve("2"), ReferenceFigures.images(2));
        TestSpark.session();

        Run run = Run.of(
                "compare",
                "--predictions",
                first,
                "--predictions=" + second,
                "--output",
                output,
                "--predictions",
                third);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo("""
                        compared: 228 images that all 3 teachers have labeled, 209 of them with a truth
                        not labeled by every teacher: 48
                        changed between the teachers: 5
                        skipped because a score is NaN or infinite: 19
                        images whose truth is not a class of the teachers: 7, such as dragon, centaur

                        teacher  model              precision  images  images/s   MACs    top-1      low     high
                              1  toy0@0123456789ab  fp32          290      10.0  1,000  75.12 %  68.84 %  80.49 %
                              2  toy1@0123456789ab  fp32          280      10.0  1,000  66.51 %  59.86 %  72.56 %
                              3  toy2@0123456789ab  fp32          280      10.0  1,000  46.41 %  39.78 %  53.18 %

                        pair  agreement   kappa  both right  only first  only second  both wrong  second - first     low    high  McNemar p
                        1, 2    75.88 %  0.7127         128          29           11          41           -8.61  -14.43   -2.80    0.00643
                        1, 3    49.56 %  0.4067          87          70           10          42          -28.71  -36.14  -21.28   3.16e-12
                        2, 3    42.11 %  0.3173          75          64           22          48          -20.10  -28.35  -11.84   6.54e-06

                        recommendation: toy0@0123456789ab has the best top-1, 75.12 %, and no other teacher is within 0.5 points of it (1,000 MACs per image and 10.0 images/s)
                        """ + "comparison: " + output + "/comparison.json\nreport: " + output + "/report.html\n");
    }

    @Test
    void withoutTruthNothingIsRecommended() {
        Comparison comparison = new Comparison(
                4,
                0,
                1,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(
                        new Comparison.TeacherMetrics(
                                List.of("a"), "m", "fp32", 5, 0, null, null, null, 12.34, 4_230_000_000L),
                        new Comparison.TeacherMetrics(List.of("b"), "n", "bf16", 4, 0, null, null, null, null, null)),
                List.of(new Comparison.PairMetrics(
                        0, 1, 4, 0.75, null, null, null, null, null, null, null, null, null)),
                List.of(),
                null,
                List.of("as it is"));

        assertThat(Run.print(out -> CompareReport.print(comparison, out))).isEqualTo("""
                        compared: 4 images that all 2 teachers have labeled, 0 of them with a truth
                        not labeled by every teacher: 1
                        note: as it is

                        teacher  model  precision  images  images/s           MACs
                              1  m      fp32            5      12.3  4,230,000,000
                              2  n      bf16            4         -              -

                        pair  agreement  kappa
                        1, 2    75.00 %      -

                        no recommendation: no image has a truth, and agreement alone does not show which teacher is right; name a truth with --truth
                        """);
    }

    @Test
    void eachOccurrenceOfPredictionsIsATeacher() {
        Run one = Run.of("compare", "--predictions", "/none/a", "/none/b", "--output", directory + "/o");
        Run two = Run.of("compare", "--predictions=/none/a", "/none/b", "--predictions", "/none/c", "--output=/none/o");

        assertThat(one.exitCode()).isEqualTo(2);
        assertThat(one.err())
                .contains("compare needs two teachers or more, not 1")
                .contains("predictions file:/none/a is not a predictions table")
                .doesNotContain("/none/b");
        assertThat(two.exitCode()).isEqualTo(2);
        assertThat(two.err())
                .contains("predictions file:/none/a is not a predictions table")
                .contains("predictions file:/none/c is not a predictions table")
                .doesNotContain("needs two teachers");
    }

    @Test
    void numberedKeysOfAFileAreTeachers() throws IOException {
        Path config = Files.writeString(
                directory.resolve("compare.properties"),
                "predictions.1=/none/a\npredictions.2=/none/b\noutput=/none/o\n");

        Run run = Run.of("compare", "--config", config.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("file:/none/a is not a predictions table")
                .contains("file:/none/b is not a predictions table")
                .doesNotContain("two teachers");
        assertThat(Run.of("compare", "--config", config.toString(), "--predictions", "/none/c")
                        .err())
                .contains("not 1")
                .contains("file:/none/c")
                .doesNotContain("file:/none/a");
    }

    @Test
    void predictionsAreRequiredAndNeedAValue() {
        assertThat(Run.of("compare", "--output", "o").err()).contains("--predictions=DIR");
        assertThat(Run.of("compare", "--predictions", "--output", "o").err())
                .contains("Missing required parameter for option '--predictions' (DIR)");
        assertThat(Run.of("compare", "--predictions", "a", "--predictons", "b", "--output", "o")
                        .err())
                .contains("--predictions");
    }
}
