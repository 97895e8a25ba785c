package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.common.Versions;
import dev.cardinal.zoo.card.ModelCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whole command lines that end before Spark starts. */
class CommandRunnerTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

    @TempDir
    private Path directory;

    private String missing;

    @BeforeAll
    static void stopSpark() {
        TestSpark.stop();
    }

    @AfterAll
    static void logErrorsOnlyAgain() {
        Logging.apply(false);
    }

    @BeforeEach
    void setMissing() {
        missing = directory.resolve("missing").toString();
    }

    @AfterEach
    void requireThatSparkWasNotStarted() {
        assertThat(SparkSession.getDefaultSession().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--help, Usage: cardinal",
        "label --help, Usage: cardinal label",
        "label --help --no-such-option, Usage: cardinal label",
        "models --help, Usage: cardinal models",
        "import --help, Usage: cardinal import",
        "evaluate --help, Usage: cardinal evaluate",
        "demo --help, Usage: cardinal demo"
    })
    void helpIsPrintedAndNothingElseRuns(String line, String expected) {
        assertThat(run(line.split(" ", -1))).isZero();
        assertThat(out()).startsWith(expected);
        assertThat(err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "label --version"})
    void versionIsPrinted(String line) {
        assertThat(run(line.split(" ", -1))).isZero();
        assertThat(out()).isEqualTo("cardinal " + Versions.cardinal() + "\n");
        assertThat(Versions.cardinal()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }

    @Test
    void modelsPrintsTheCatalogAsATable() {
        assertThat(run("models")).isZero();

        assertThat(out()).startsWith("id ");
        assertThat(out().lines().skip(1).limit(ModelCatalog.cards().size()))
                .zipSatisfy(ModelCatalog.cards(), (line, card) -> assertThat(line)
                        .startsWith(card.id() + " ")
                        .contains(card.architecture().title()));
        assertThat(out()).containsOnlyOnce(") measured by timm at 176 px\n").contains(" 79.264 (");
        assertThat(err()).isEmpty();
    }

    @Test
    void modelsPrintsTheCatalogAsJson() throws IOException {
        assertThat(run("models", "--format", "json")).isZero();

        JsonNode json = new JsonMapper().readTree(out());
        assertThat(json).hasSameSizeAs(ModelCatalog.cards());
        assertThat(json.path(0).path("id").asText()).isEqualTo(DemoBundle.ID);
        assertThat(json.path(0).path("top1").asDouble()).isEqualTo(93.31);
        assertThat(json.path(0).path("params").asLong())
                .isEqualTo(ModelCatalog.find(DemoBundle.ID).architecture().parameters());
    }

    @Test
    void modelsAreChosenByLicenseAndAccuracyAndSorted() throws IOException {
        assertThat(run("models", "--license", "commercial", "--min-top1", "83", "--sort", "sketch", "--format", "json"))
                .isZero();

        JsonNode json = new JsonMapper().readTree(out());
        assertThat(json).isNotEmpty().allSatisfy(model -> {
            assertThat(model.path("licence").asText()).isIn("Apache-2.0", "BSD-3-Clause");
            assertThat(model.path("top1").asDouble()).isGreaterThanOrEqualTo(83);
        });
        assertThat(json.findValuesAsText("ImageNet-Sketch"))
                .extracting(Double::valueOf)
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void cardShowsBothFiguresOfTwoSourcesAndTheCitation() {
        assertThat(run("models", "--card", "resnet18_ssl")).isZero();

        assertThat(out())
                .startsWith("id:             ssl_resnet18\n")
                .contains("@misc{yalniz2019billionscale")
                .contains("72.62")
                .contains("72.8")
                .contains("license:        CC-BY-NC-4.0");
        assertThat(err()).isEmpty();
    }

    @Test
    void cardIsPrintedAsJson() throws IOException {
        assertThat(run("models", "--card", "resnet18_ssl", "--format", "json")).isZero();

        JsonNode json = new JsonMapper().readTree(out());
        assertThat(json.path("publication").path("training").path("epochs").asInt())
                .isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource({
        "models --card ssl_resnet18 --sort id, leave out --card",
        "models --min-top1 101, from 0 to 100",
        "'', no command given; the commands are models",
        "--verbose, no command given",
        "lable, label",
        "models --format xml, --format",
        "models surplus, surplus",
        "--no-such-option models, --no-such-option",
        "label --modle m --input i, --model",
        "label --input i, --model",
        "label --label-from here --model m --input i, 'none, parent-dir'",
        "label --exif-orientation sideways --model m --input i, --exif-orientation",
        "label --precision fp64 --model m --input i, --precision",
        "label --device tpu --model m --input i, --device",
        "label --model-distribution torrent --model m --input i, --model-distribution",
        "label --device cpu --precision fp16 --model m --input i, --precision fp16 needs a GPU",
        "label --device gpu --model m --input i, this Spark application assigns no GPUs to its tasks",
        "label --top-k many --model m --input i, --top-k",
        "import --card, --card"
    })
    void wrongUsageEndsWithExitCode2AndSaysWhatIsWrong(String line, String expected) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" ", -1))).isEqualTo(2);
        assertThat(err()).startsWith("cardinal: ").contains(expected).contains("--help'.");
        assertThat(out()).isEmpty();
    }

    @Test
    void errorNamesEveryOptionOutOfRange() {
        String line = "label --model m --input i --limit 0 --top-k 0 --batch-size -1 --max-pixels 0 --max-file-bytes 0"
                + " --images-per-commit 0 --max-bad-fraction NaN --prefetch 0";

        int exitCode = run(line.split(" ", -1));

        assertThat(exitCode).isEqualTo(2);
        assertThat(err().lines().filter(each -> each.startsWith("cardinal: ")))
                .containsExactly(
                        "cardinal: --limit must be at least 1, not 0",
                        "cardinal: --top-k must be at least 1, not 0",
                        "cardinal: --batch-size must be at least 1, not -1",
                        "cardinal: --prefetch must be at least 1, not 0",
                        "cardinal: --max-pixels must be at least 1, not 0",
                        "cardinal: --max-file-bytes must be at least 1, not 0",
                        "cardinal: --images-per-commit must be at least 1, not 0",
                        "cardinal: --max-bad-fraction must be between 0 and 1, not NaN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "label --model m --input [a | does not exist, and is not a valid glob",
                "label --model= --input x | model '' is not a valid path",
                "label --model m --input x --output= | output '' is not a valid path",
                "evaluate --predictions= --output o | predictions '' is not a valid path",
                "evaluate --predictions p --output= | output '' is not a valid path"
            })
    void invalidPathIsWrongUsage(String line, String expected) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--model a --model b | 2 --model and 0 --output: give one --output for each --model, in the same order",
                "--model a --model b --output o | 2 --model and 1 --output: give one --output for each --model, in the same"
                        + " order",
                "--model a --output o --output p | one --model and 2 --output: give one --output for each --model",
                "--model a --model b --output o --output p --card c | 2 --model and 1 --card: give one --card for each"
                        + " --model, in the same order, and --card none for a model bundle",
                "--model a --model b --output o --output table:c.d.t --state s --state t | 1 --output table:... and 2"
                        + " --state: give one --state for each table, in the same order",
                "--model a --model b --output o --output p --state s | 0 --output table:... and 1 --state: give one --state"
                        + " for each table, in the same order",
                "--model a --output table:c.d.t --state s --state t | 1 --output table:... and 2 --state: give one --state"
                        + " for each table, in the same order"
            })
    void optionsOfAModelAreGivenOnceForEachModel(String options, String expected) {
        List<String> line = new ArrayList<>(List.of("label", "--input", "i"));
        line.addAll(List.of(options.split(" ", -1)));

        assertThat(run(line.toArray(String[]::new))).isEqualTo(2);

        assertThat(err().lines().filter(each -> each.startsWith("cardinal: ")))
                .containsExactly("cardinal: " + expected);
    }

    @Test
    void problemsOfEveryModelAreReported() {
        assertThat(run(
                        "label",
                        "--model",
                        missing + "1",
                        "--model",
                        missing + "2",
                        "--card",
                        "none",
                        "--card",
                        missing + "3",
                        "--input",
                        missing,
                        "--output",
                        "table:c.d.t",
                        "--output",
                        missing + "4"))
                .isEqualTo(2);

        assertThat(err())
                .contains(missing + "1 does not exist")
                .contains(missing + "3")
                .contains("--output table:c.d.t needs --state DIR");
    }

    @Test
    void errorContainsNoControlCharacters() {
        assertThat(run("evaluate", "--predictions", "/none/\u001b[31mred\u009b", "--output", missing))
                .isEqualTo(2);

        assertThat(err())
                .contains("cardinal: predictions file:/none/?[31mred? is not a predictions table")
                .doesNotContain("\u001b", "\u009b");
    }

    @Test
    void errorNamesEveryMissingFile() {
        assertThat(run("label", "--model", missing, "--input", missing + "1", missing + "2", "--include", "[a"))
                .isEqualTo(2);
        assertThat(err())
                .contains("input " + missing + "1 does not exist")
                .contains("input " + missing + "2 does not exist")
                .contains("--include [a is not a valid glob")
                .contains("model " + missing + " does not exist");
    }

    @Test
    void problemsOfTheLineAndTheFileAreReportedTogether() throws IOException {
        String config = config("modle=" + missing + "\n");

        assertThat(run("label", "--inptu", missing, "--config", config)).isEqualTo(2);

        assertThat(err())
                .contains("Unknown options: '--inptu'")
                .contains("unknown key 'modle', the nearest is 'model'");
    }

    @Test
    void fileGivesOptionsAndTheCommandLineWins() throws IOException {
        String config = config("format=json\n");

        assertThat(run("models", "--config", config)).isZero();
        assertThat(out()).startsWith("[ {");
        printed.reset();
        assertThat(run("models", "--config", config, "--format", "table")).isZero();
        assertThat(out()).startsWith("id ");
    }

    @Test
    void fileMayBeNamedBeforeTheCommand() throws IOException {
        assertThat(run("--config", config("format=json\n"), "models")).isZero();
        assertThat(out()).startsWith("[ {");
    }

    @Test
    void fileGivesRequiredAndRepeatedOptions() throws IOException {
        String config = config("model=" + missing + "\ninput.1=" + missing + "1\ninput.2=" + missing + "2\n");

        assertThat(run("label", "--config", config)).isEqualTo(2);
        assertThat(err())
                .contains(missing + "1 does")
                .contains(missing + "2 does")
                .doesNotContain("required");
        complained.reset();
        assertThat(run("label", "--config", config, "--input", missing + "3")).isEqualTo(2);
        assertThat(err()).contains(missing + "3 does").doesNotContain(missing + "1 does");
    }

    @Test
    void valueInTheFileIsCheckedLikeOneOnTheLine() throws IOException {
        String config = config("format=xml\n");

        assertThat(run("models", "--config", config)).isEqualTo(2);
        assertThat(err()).contains("--format").contains("xml");
    }

    @Test
    void errorNamesAMissingConfigurationFile() {
        assertThat(run("models", "--config", missing)).isEqualTo(2);
        assertThat(err()).contains("--config " + missing + " cannot be read");
    }

    @Test
    void secondImportFindsTheBundle() {
        String output = directory.resolve("model").toString();

        assertThat(run("import", "--card", DemoBundle.ID, "--output", output)).isZero();
        assertThat(out()).startsWith("imported " + DemoBundle.ID + "@").contains(" to " + output);
        printed.reset();
        assertThat(run("import", "--card", DemoBundle.ID, "--output", output)).isZero();
        assertThat(out()).startsWith("already imported: ").contains(" is in " + output);
        assertThat(err()).isEmpty();
    }

    @Test
    void everyProblemOfAnImportIsReported() throws IOException {
        Path taken = Files.createFile(directory.resolve("taken"));

        assertThat(run("import", "--card", "resnext", "--checkpoint", missing, "--output", taken.toString()))
                .isEqualTo(2);
        assertThat(err())
                .contains("card 'resnext' is not in the catalog")
                .contains("checkpoint " + missing + " does not exist")
                .contains("output " + taken + " is a file");
    }

    @Test
    void unusableCheckpointEndsWithExitCode2WithoutAStackTrace() throws IOException {
        assertThat(run(importOfGarbage())).isEqualTo(2);
        assertThat(err()).startsWith("cardinal: ").doesNotContain("\tat ");
    }

    @Test
    void verboseOnTheLineOrInTheFileShowsTheStackTrace() throws IOException {
        String[] line = importOfGarbage();
        String[] withFlag = java.util.Arrays.copyOf(line, line.length + 1);
        withFlag[line.length] = "--verbose";
        String[] withFile = java.util.Arrays.copyOf(line, line.length + 2);
        withFile[line.length] = "--config";
        withFile[line.length + 1] = config("verbose=true\n");

        assertThat(run(withFlag)).isEqualTo(2);
        assertThat(err()).contains("\tat dev.cardinal");
        complained.reset();
        assertThat(run(withFile)).isEqualTo(2);
        assertThat(err()).contains("\tat dev.cardinal");
    }

    @Test
    void failureOfTheSystemEndsWithExitCode1() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(run("import", "--card", DemoBundle.ID, "--output", file + "/below/model"))
                .isEqualTo(1);
        assertThat(err())
                .startsWith("cardinal: failed: ")
                .contains("'--verbose' shows")
                .doesNotContain("\tat ");
    }

    @Test
    void demoRejectsADirectoryWithOtherFiles() throws IOException {
        Files.writeString(directory.resolve("thesis.txt"), "precious");

        assertThat(run("demo", "--output", directory.toString())).isEqualTo(2);
        assertThat(err()).contains("already holds something else");
        assertThat(directory).isDirectoryNotContaining("glob:**/images");
    }

    private String[] importOfGarbage() throws IOException {
        Path checkpoint = Files.writeString(directory.resolve("garbage.pth"), "this is no checkpoint");
        return new String[] {
            "import",
            "--card",
            DemoBundle.ID,
            "--checkpoint",
            checkpoint.toString(),
            "--output",
            directory.resolve("model").toString()
        };
    }

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("config.properties"), text).toString();
    }

    private int run(String... args) {
        Console console = new Console(
                new PrintStream(printed, true, StandardCharsets.UTF_8),
                new PrintStream(complained, true, StandardCharsets.UTF_8),
                false);
        return new CommandRunner(console).run(args);
    }

    private String out() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return complained.toString(StandardCharsets.UTF_8);
    }
}
