package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.names;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.select.RandomImages.Scores;
import dev.cardinal.job.select.SelectOptions.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reads a selection with Python libraries, as directories. Runs with the Python that the environment variable {@code CARDINAL_PYTHON}
 * names, or {@code python3}; a library that is not installed is skipped.
 */
class SelectionInPythonTest {
    private static final int CLASSES = RandomImages.CLASSES;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void makeSelection() throws IOException {
        String predictions = TestTable.at(directory.resolve("predictions"), names(CLASSES))
                .topK(RandomImages.TOP_K)
                .files(3)
                .write(new RandomImages(1, Scores.FEW).images());
        new SelectJob(TestSpark.session())
                .run(new SelectRequest(
                        List.of(List.of(predictions)),
                        directory.resolve("out").toString(),
                        SelectOptions.builder().k(20).p(3).export(Export.CSV).build()));
    }

    /** Prints floats with nine digits, so that they can be compared as texts. */
    private static final String PROGRAM = """
        import sys, MODULE
        path = sys.argv[1]
        for row in EXPRESSION:
            values = (row[column] for column in sys.argv[2:])
            print(*('%.9g' % v if isinstance(v, float) else v for v in values), sep='\\t')
        """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        pandas   | pandas.read_parquet(path).to_dict('records')
        pyarrow  | pyarrow.parquet.read_table(path).to_pylist()
        polars   | polars.read_parquet(path).to_dicts()
        duckdb   | duckdb.read_parquet(path).fetchdf().to_dict('records')
        datasets | list(datasets.load_dataset('parquet', data_dir=path, split='train', cache_dir=path + '/../../cache'))
        """)
    void libraryReadsTheDirectories(String library, String expression) throws Exception {
        assertThat(read(library, expression, "selection", "class_index", "rank", "score", "path", "weight"))
                .isEqualTo(rows("selection", "class_index", "rank", "score", "path", "weight"));
        assertThat(read(library, expression, "classes", "class_index", "class_label", "candidates", "selected"))
                .isEqualTo(rows("classes", "class_index", "class_label", "candidates", "selected"));
    }

    @Test
    void directoriesContainOnlyDataFiles() throws IOException {
        for (String table : List.of("selection", "classes", "manifest")) {
            try (Stream<Path> files = Files.list(directory.resolve("out").resolve(table))) {
                assertThat(files.map(file -> file.getFileName().toString()).toList())
                        .isNotEmpty()
                        .allMatch(name -> name.startsWith("part-"));
            }
        }
    }

    private static List<String> read(String library, String expression, String table, String... columns)
            throws Exception {
        String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
        String module = library.equals("pyarrow") ? "pyarrow.parquet" : library;
        assumeTrue(run(python, "-c", "import " + module) != null, library + " is not installed");
        String program = PROGRAM.replace("MODULE", module).replace("EXPRESSION", expression);
        List<String> command = new ArrayList<>(List.of(python, "-c", program));
        command.add(directory.resolve("out").resolve(table).toString());
        command.addAll(List.of(columns));
        String printed = Objects.requireNonNull(run(command.toArray(String[]::new)), library + " cannot read " + table);
        return printed.lines().sorted().toList();
    }

    /** Returns the output of a program, or null if it cannot be started or fails. */
    private static @Nullable String run(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor() == 0 ? printed : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static List<String> rows(String table, String... columns) {
        return TestSpark.session()
                .read()
                .parquet(directory.resolve("out").resolve(table).toString())
                .collectAsList()
                .stream()
                .map(row -> Stream.of(columns)
                        .map(column -> text(row.getAs(column)))
                        .collect(Collectors.joining("\t")))
                .sorted()
                .toList();
    }

    private static String text(Object value) {
        return value instanceof Float number ? shortest(String.format(Locale.ROOT, "%.9g", number)) : value.toString();
    }

    /** Removes trailing zeros, as Python's {@code %.9g} does. */
    private static String shortest(String number) {
        return number.replaceFirst("\\.?0+$", "");
    }
}
