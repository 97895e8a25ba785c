package dev.cardinal.job.label;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reads a predictions table with Python libraries, in the way that the documentation names, and reads a table that pandas has rewritten.
 * Runs with the Python that the environment variable {@code CARDINAL_PYTHON} names, or {@code python3}; a library that is not installed is
 * skipped.
 */
class TableInPythonTest {
    private static final int IMAGES = 12;

    /** Makes 64-bit integers of {@code class_index} and doubles of {@code score}. */
    private static final String REWRITE = """
        import glob, os, sys
        import pandas
        files = glob.glob(sys.argv[1] + '/*.parquet')
        rows = pandas.concat(pandas.read_parquet(file) for file in files)
        for file in files:
            os.remove(file)
        rows.to_parquet(sys.argv[1] + '/all.parquet')
        """;

    @TempDir
    private static Path shared;

    private static String model = "";

    @TempDir
    private Path directory;

    private Path images = Path.of("unset");
    private Path table = Path.of("unset");

    @BeforeAll
    static void importModel() throws IOException {
        model = DemoBundle.importTo(shared.resolve("model"));
    }

    @BeforeEach
    void label() throws IOException {
        images = Files.createDirectories(directory.resolve("images"));
        table = directory.resolve("table");
        NoiseImages.write(images, IMAGES - 1);
        Files.createFile(images.resolve("empty.png"));
        label(TableOptions.KEEP);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        duckdb   | duckdb.sql("SELECT path FROM '" + table + "/*.parquet'").fetchdf()["path"]
        pandas   | pandas.read_parquet(table)["path"]
        pyarrow.dataset | pyarrow.dataset.dataset(table).to_table()["path"].to_pylist()
        polars   | polars.scan_parquet(table + "/*.parquet").collect()["path"]
        datasets | datasets.load_dataset("parquet", data_files=table + "/*.parquet", split="train", cache_dir=table + "/../cache")["path"]
        """)
    void libraryReadsEveryRow(String library, String paths) throws Exception {
        assumeTrue(python("import " + library) != null, library + " is not installed");

        String printed = python("import sys, " + library + "\ntable = sys.argv[1]\nprint(len(set(" + paths + ")))");

        assertThat(printed).isEqualToIgnoringNewLines(Integer.toString(IMAGES));
    }

    @Test
    void tableThatPandasHasRewrittenIsReadAndContinued() throws Exception {
        assumeTrue(python("import pandas, pyarrow") != null, "pandas is not installed");
        List<Row> before = predictions();
        assertThat(python(REWRITE)).isNotNull();
        assertThat(table.resolve("all.parquet")).exists();
        assertThat(TestSpark.session()
                        .read()
                        .parquet(table.toString())
                        .schema()
                        .apply("predictions")
                        .dataType()
                        .sql())
                .contains("class_index: BIGINT", "score: DOUBLE");

        assertThat(predictions()).isEqualTo(before);
        assertThat(label(TableOptions.KEEP).labeled()).isZero();
        NoiseImages.write(images.resolve("new.png"));
        NoiseImages.write(images.resolve("empty.png"));

        LabelResult again = label(new TableOptions(Set.of("empty"), false, true));

        assertThat(again.counts()).isEqualTo(Map.of("ok", 2L));
        assertThat(again.replaced()).isEqualTo(Map.of("empty", 1L));
        assertThat(predictions()).hasSize(IMAGES + 1);
        assertThat(predictions())
                .containsAll(before.stream().filter(row -> !row.isNullAt(1)).toList());
        new CompactJob(TestSpark.session(), Clock.systemUTC(), step -> {}).run(table.toString());
        assertThat(predictions()).hasSize(IMAGES + 1);
        assertThat(label(new TableOptions(Set.of(), false, true)).labeled()).isZero();
    }

    /** Returns path, status and predictions as other commands read them. */
    private List<Row> predictions() throws IOException {
        return Predictions.open(List.of(table.toString()), new Configuration())
                .verified(TestSpark.session())
                .rows(TestSpark.session())
                .selectExpr(
                        "path", "transform(predictions, p -> struct(p.class_index, p.score)) AS predictions", "status")
                .orderBy("path")
                .collectAsList();
    }

    private LabelResult label(TableOptions options) throws IOException {
        LabelRequest request = new LabelRequest(
                model,
                null,
                SourceSpec.of(List.of(images.toString())),
                Optional.of(table.toString()),
                Long.MAX_VALUE,
                LabelOptions.defaults(),
                OptionalInt.empty(),
                1.0,
                options);
        return new LabelJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE).run(request);
    }

    /** Returns the output of a program, or null if it fails. */
    private @Nullable String python(String program) throws InterruptedException {
        try {
            String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
            Process process = new ProcessBuilder(python, "-c", program, table.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor() == 0 ? printed : null;
        } catch (IOException e) {
            return null;
        }
    }
}
