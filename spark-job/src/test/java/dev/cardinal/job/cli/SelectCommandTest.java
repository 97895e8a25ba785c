package dev.cardinal.job.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.select.SelectOptions;
import dev.cardinal.job.select.SelectResult;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.job.select.SelectResult.Counts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The command line of {@code select}, without Spark. */
class SelectCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "--predictions a, [[a]]",
        "--predictions a b c, '[[a, b, c]]'",
        "--predictions a b --predictions c, '[[a, b], [c]]'",
        "--predictions=a --predictions=b, '[[a], [b]]'",
        "--predictions=a b --unique --predictions c --k 5, '[[a, b], [c]]'",
        "--p=2 --predictions s3a://bucket/a file:/b, '[[s3a://bucket/a, file:/b]]'"
    })
    void everyOccurrenceIsATeacherAndEveryValueAPart(String line, String expected) {
        List<String> arguments = new ArrayList<>(List.of("select", "--output", "o"));
        arguments.addAll(List.of(line.split(" ", -1)));

        ParseResult parsed = new CommandLine(new RootCommand()).parseArgs(arguments.toArray(String[]::new));

        List<List<String>> teachers =
                parsed.subcommand().commandSpec().findOption("--predictions").getValue();
        assertThat(teachers).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', Missing required option: '--predictions=DIR'",
        "--predictions, Missing required parameter for option '--predictions' (DIR)",
        "--predictions --output o, Missing required parameter for option '--predictions' (DIR)",
        "--predictions a --outptu o, --outptu",
        "--predictions a --k 0, '--k must be at least 1, or all, not 0'",
        "--predictions a --k -5, '--k must be at least 1, or all, not -5'",
        "--predictions a --k most, 'expected a number or all, not ''most'''",
        "--predictions a --k 3000000000, '--k must be at most 2147483647, or all, not 3000000000'",
        "--predictions a --p 0, '--p must be at least 1, not 0'",
        "--predictions a --min-score 1.5, '--min-score must be between 0 and 1, not 1.5'",
        "--predictions a --min-score NaN, '--min-score must be between 0 and 1, not NaN'",
        "--predictions a --temperature 0, '--temperature must be above 0 and finite, not 0.0'",
        "--predictions a --temperature NaN, '--temperature must be above 0 and finite, not NaN'",
        "--predictions a --temperature Infinity, '--temperature must be above 0 and finite, not Infinity'",
        "--predictions a --balance repeat --k all, --balance repeat fills classes up to --k",
        "--predictions a --strategy best, --strategy",
        "--predictions a --dedupe phash, --dedupe",
        "--predictions a --export arrow, --export",
        "--predictions missing, is not a predictions table"
    })
    void wrongUsageEndsWithExitCode2AndSaysWhatIsWrong(String line, String expected) {
        assertThat(run(("select --output " + directory + "/out " + line).strip().split(" ", -1)))
                .isEqualTo(2);
        assertThat(complained.toString(UTF_8)).startsWith("cardinal: ").contains(expected);
        assertThat(printed.toString(UTF_8)).isEmpty();
    }

    @Test
    void everyProblemIsReportedAtOnce() {
        String line = "select --predictions missing --output o --k 0 --p 0 --min-score -1 --temperature -1";

        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(complained.toString(UTF_8).lines().filter(each -> each.startsWith("cardinal: ")))
                .hasSize(5)
                .contains(
                        "cardinal: --k must be at least 1, or all, not 0",
                        "cardinal: --p must be at least 1, not 0",
                        "cardinal: --min-score must be between 0 and 1, not -1.0",
                        "cardinal: --temperature must be above 0 and finite, not -1.0")
                .anyMatch(each -> each.contains("missing is not a predictions table"));
    }

    @Test
    void problemsOfTablesOutputAndExcludeFileAreReportedAtOnce() throws IOException {
        Path output = Files.createDirectories(directory.resolve("out"));
        Files.writeString(output.resolve("thesis.txt"), "precious");
        String line = "select --predictions " + directory + "/a --predictions " + directory + "/b --exclude "
                + directory + "/c --output " + output;

        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(complained.toString(UTF_8))
                .contains(directory + "/a is not a predictions table")
                .contains(directory + "/b is not a predictions table")
                .contains(directory + "/c does not exist")
                .contains("already holds something else (thesis.txt)");
    }

    @Test
    void numberedKeysOfAFileAreTeachers() throws IOException {
        Path config = Files.writeString(
                directory.resolve("select.properties"),
                "predictions.1=" + directory + "/a\npredictions.2=" + directory + "/b\noutput=o\nk=all\nunique=true\n");

        assertThat(run("select", "--config", config.toString())).isEqualTo(2);
        assertThat(complained.toString(UTF_8).lines().filter(each -> each.startsWith("cardinal: ")))
                .hasSize(2)
                .anyMatch(each -> each.contains("/a is not a predictions table"))
                .anyMatch(each -> each.contains("/b is not a predictions table"));
    }

    @Test
    void teachersOnTheCommandLineReplaceThoseOfTheFile() throws IOException {
        Path config = Files.writeString(
                directory.resolve("select.properties"), "predictions=" + directory + "/file\noutput=o\n");

        assertThat(run("select", "--config", config.toString(), "--predictions", directory + "/line"))
                .isEqualTo(2);
        assertThat(complained.toString(UTF_8)).contains(directory + "/line").doesNotContain(directory + "/file");
    }

    @Test
    void skippedImagesAndSmallestClassesArePrinted() {
        SelectResult result = new SelectResult(
                List.of("toy@0123456789ab"),
                new Counts(2000, 1990, 15_000, 1204, 1, 2, 0, 3, 0, 0, 4),
                List.of(
                        new ClassSelection(0, "ant", 9000, 1000, 0.5f, 0),
                        new ClassSelection(1, "bee", 4, 4, 0.25f, 996),
                        new ClassSelection(2, "cat", 200, 200, 0.1f, 800)),
                1.25);

        SelectCommand.print(result, new PrintStream(printed, true, UTF_8));

        assertThat(printed.toString(UTF_8)).isEqualTo("""
                selected 1,204 of 15,000 candidates in 3 classes, from 1,990 images in 1.3 s, with toy@0123456789ab
                4 images are not ok
                3 images are excluded
                2 images have the same bytes as another one
                1 images were skipped: a score is NaN
                2 classes have fewer images than --k, the smallest:
                class  candidates  selected  short by
                bee             4         4       996
                cat           200       200       800
                """);
    }

    @Test
    void valuesOutOfRangeAreProblems() {
        assertThat(SelectOptions.problems(0, 0, Double.NaN, SelectOptions.Balance.NONE, 0))
                .hasSize(4);
        assertThat(SelectOptions.problems(1, 1, 1, SelectOptions.Balance.REPEAT, 1e-3))
                .isEmpty();
    }

    private int run(String... arguments) {
        return new CommandRunner(new Console(
                        new PrintStream(printed, true, UTF_8), new PrintStream(complained, true, UTF_8), false))
                .run(arguments);
    }
}
