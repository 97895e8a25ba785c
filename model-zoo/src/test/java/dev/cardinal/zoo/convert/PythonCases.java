package dev.cardinal.zoo.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Checkpoints that a Python program makes, with PyTorch's logits for each.
 *
 * @param directory where the program writes cases.tsv and the files that it names
 */
record PythonCases(Path directory) {
    private static final double TOLERANCE = 1e-4;
    private static final int MAX_LINES = 12;
    private static final String WARNING = "warning: ";

    /** One line of cases.tsv. The card is a JSON file of that name in the directory, or an id of the catalog. */
    private record Case(
            String name, String file, String card, String labels, String state, String npz, String expected) {
        static Case of(String line) {
            String[] fields = line.split("\t", -1);
            return new Case(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]);
        }
    }

    /**
     * Runs the program, and returns one test for each case.
     *
     * @param script the program
     * @param modules Python modules that it needs, separated by commas; the tests are skipped without them
     */
    Stream<DynamicTest> tests(Path script, String modules) throws IOException, InterruptedException {
        String python = System.getenv().getOrDefault("CARDINAL_PYTHON", "python3");
        boolean available = exitCode(python, "-c", "import " + modules) == 0;
        if (!available) {
            System.err.println("SKIPPED: " + script.getFileName() + ", because " + python + " has not all of " + modules
                    + "; set CARDINAL_PYTHON to a Python that has them");
        }
        assumeTrue(available, python + " has not all of " + modules);
        assertThat(exitCode(python, script.toString(), directory.toString()))
                .as("exit code of %s; see python.log", script)
                .isZero();
        return Files.readAllLines(directory.resolve("cases.tsv")).stream()
                .map(Case::of)
                .map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
    }

    private int exitCode(String... command) throws InterruptedException {
        Path log = directory.resolve("python.log");
        try {
            int code = new ProcessBuilder(command)
                    .redirectOutput(log.toFile())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
            if (code != 0 && command.length == 3 && !command[1].equals("-c")) {
                System.err.println(Files.readString(log));
            }
            return code;
        } catch (IOException e) {
            return -1; // no such program
        }
    }

    private void check(Case each) throws IOException {
        Path output = directory.resolve("bundle-" + each.name());
        if (each.expected().equals("ok") || each.expected().startsWith(WARNING)) {
            ImportResult result = run(each, output);
            assertThat(result.verification().orElseThrow().relativeDifference()).isLessThan(TOLERANCE);
            List<String> warnings = result.warnings().stream()
                    .filter(warning -> !warning.contains(" has SHA-256 ")) // these are not the released weights
                    .toList();
            if (each.expected().equals("ok")) {
                assertThat(warnings).isEmpty();
            } else {
                assertThat(warnings)
                        .singleElement()
                        .asString()
                        .contains(each.expected().substring(WARNING.length()));
            }
        } else {
            CardinalException refused = catchThrowableOfType(CardinalException.class, () -> run(each, output));
            String message = String.valueOf(refused.getMessage());
            assertThat(message).contains(each.expected());
            assertThat(message.lines()).hasSizeLessThanOrEqualTo(MAX_LINES);
            assertThat(output).doesNotExist();
        }
    }

    private ImportResult run(Case each, Path output) throws IOException {
        Path labels = null;
        if (!each.labels().equals("-")) {
            List<String> names = IntStream.range(0, Integer.parseInt(each.labels()))
                    .mapToObj(i -> "class " + i)
                    .toList();
            labels = Files.write(directory.resolve("labels.txt"), names);
        }
        return ModelImport.run(
                new ImportRequest(
                        card(each),
                        directory.resolve(each.file()),
                        each.state().equals("-") ? null : each.state(),
                        labels,
                        HashPolicy.WARN_ON_MISMATCH,
                        each.npz().equals("-") ? null : directory.resolve(each.npz()),
                        output),
                ImportProgress.NONE);
    }

    private ModelCard card(Case each) {
        Path file = directory.resolve(each.card() + ".json");
        return Files.exists(file) ? CardJson.read(file) : ModelCatalog.find(each.card());
    }
}
