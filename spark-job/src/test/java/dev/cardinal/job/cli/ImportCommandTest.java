package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Imports a safetensors file that contains the weights of a demo model twice, under two prefixes. */
class ImportCommandTest {
    private static final String DEMO = "fashion_resnext11_4x4d";

    @TempDir
    private Path directory;

    private String checkpoint = "";

    @BeforeEach
    void writeCheckpoint() throws IOException {
        checkpoint = Files.write(
                        directory.resolve("last.safetensors"), Safetensors.demo(DEMO, List.of("net.", "net_ema.")))
                .toString();
    }

    @Test
    void importPrintsWhichWeightsItTookAndWhatElseIsThere() {
        Run run = run("model");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("""
                        weights: 67 tensors, prefix net_ema.
                        also in the file: weights that fit as well (--state net)
                        imported fashion_resnext11_4x4d@""");
    }

    @Test
    void sizeAndCropAreRecordedInTheBundle() throws IOException {
        Run run = run("model", "--size", "64", "--crop-pct", "0.5", "--crop-mode", "border");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readString(directory.resolve("model/assets.extra/card.json")))
                .contains("\"resize\": 128,", "\"crop\": 64,", "\"crop_mode\": \"border\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --crop-pct  | 1.5  | --crop-pct must be above 0 and at most 1, not 1.5
                    --crop-pct  | 0.9  | --crop-pct needs --size, because card fashion_resnext11_4x4d takes images of any size
                    --size      | 16   | --size must be 32 to 2048 pixels, not 16
                    --crop-mode | crop | --crop-mode must be center, squash or border, not 'crop'
                    """)
    void wrongPreprocessingIsNamed(String option, String value, String message) {
        Run run = run("model", option, value);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(message);
    }

    @Test
    void stateChoosesTheWeights() {
        Run run = run("model", "--state", "net");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("""
                        weights: 67 tensors, prefix net.
                        also in the file: weights that fit as well (--state net_ema)
                        """);
    }

    @Test
    void unknownStateIsWrongUsage() {
        Run run = run("model", "--state", "ema");

        assertThat(run.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(run.err()).contains("last.safetensors has no state dict 'ema' for --state; it has: net_ema, net, .");
        assertThat(directory.resolve("model")).doesNotExist();
    }

    private Run run(String output, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "import",
                "--card",
                DEMO,
                "--checkpoint",
                checkpoint,
                "--allow-hash-mismatch",
                "--output",
                directory.resolve(output).toString()));
        arguments.addAll(List.of(options));
        return Run.of(arguments.toArray(String[]::new));
    }
}
