package dev.cardinal.job.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.ToyTable;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares suspects with those of src/test/python/confident_learning.py, which calculates the formulas with NumPy. Runs with the Python
 * that the environment variable {@code CARDINAL_PYTHON} names, or {@code python3}; skipped if it has no NumPy or PyArrow.
 */
class SuspectsTest {
    private static final String MODEL = "toy@0123456789ab";
    private static final int CLASSES = ToyTable.CLASSES.size();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"100000, true", "3000, false"})
    void tablesEqualTheFormulas(int images, boolean hasLogits) throws IOException, InterruptedException {
        String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
        assumeTrue(run(python, "-c", "import numpy, pandas, pyarrow") != null, "NumPy or PyArrow is not installed");
        String table = table(images, hasLogits);

        Metrics metrics = evaluate(table, 500);

        List<String> expected = Objects.requireNonNull(run(
                        python,
                        Path.of("src/test/python/confident_learning.py").toString(),
                        table,
                        Integer.toString(CLASSES),
                        "500"))
                .lines()
                .toList();
        List<String> actual = new ArrayList<>();
        rows("joint", "truth_index", "confident_index", "images", "joint").forEach(row -> actual.add("joint " + row));
        rows("suspects", "rank", "path", "suggested_index", "is_issue", "margin")
                .forEach(row -> actual.add("suspect " + row));
        assertThat(actual).hasSameSizeAs(expected).hasSizeGreaterThan(510);
        for (int i = 0; i < actual.size(); i++) {
            String line = expected.get(i);
            int last = line.lastIndexOf(' ');
            assertThat(actual.get(i)).startsWith(line.substring(0, last + 1));
            assertThat(Double.parseDouble(actual.get(i).substring(last + 1)))
                    .isCloseTo(Double.parseDouble(line.substring(last + 1)), within(1e-9));
        }
        Metrics.LabelErrors errors = Objects.requireNonNull(metrics.labelErrors());
        assertThat(errors.images()).isEqualTo(images);
        assertThat(errors.suspects()).hasSize(24);
        assertThat(errors.estimatedShare()).isBetween(0.02, 0.3);
    }

    @Test
    void suspectsAreNotLookedForUnlessAsked() throws IOException {
        assertThat(evaluate(table(100, true), 0).labelErrors()).isNull();
        assertThat(directory.resolve("out/suspects")).doesNotExist();
    }

    @Test
    void nextEvaluationReplacesTheTables() throws IOException {
        String table = table(300, true);
        evaluate(table, 30);

        evaluate(table, 20);

        assertThat(rows("suspects", "rank")).hasSize(20).startsWith("1").endsWith("20");
        assertThat(directory.resolve("out")).isDirectoryNotContaining("glob:**.arriving");

        evaluate(table, 0);

        assertThat(directory.resolve("out/suspects")).doesNotExist();
        assertThat(directory.resolve("out/joint")).doesNotExist();
    }

    @Test
    void directoryOfTheUserIsNotReplaced() throws IOException {
        Path own = Files.createDirectories(directory.resolve("out/suspects"));

        assertThatThrownBy(() -> evaluate(table(300, true), 30))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("suspects");
        assertThat(own).isEmptyDirectory();
    }

    private Metrics evaluate(String table, long suspects) throws IOException {
        return new EvaluateJob(TestSpark.session())
                .run(new EvaluateRequest(
                        List.of(table),
                        null,
                        null,
                        TruthAs.INDEX,
                        null,
                        List.of(),
                        suspects,
                        directory.resolve("out").toString()));
    }

    private List<String> rows(String name, String... columns) {
        return TestSpark.session()
                .read()
                .parquet(directory.resolve("out").resolve(name).toString())
                .selectExpr("concat_ws(' ', " + String.join(", ", columns) + ")")
                .collectAsList()
                .stream()
                .map(row -> row.getString(0))
                .toList();
    }

    /** Writes images of which the model is more or less sure, with one truth in ten replaced by a random class. */
    private String table(int images, boolean hasLogits) throws IOException {
        Random random = new Random(images);
        List<Row> rows = IntStream.range(0, images)
                .mapToObj(i -> row(i, random, hasLogits))
                .toList();
        ToyTable table = ToyTable.of(MODEL);
        Path target = directory.resolve("table" + images);
        return (hasLogits ? table.withLogits() : table)
                .write(
                        target,
                        TestSpark.session()
                                .createDataFrame(
                                        rows,
                                        PredictionSchema.table(hasLogits ? Set.of(Emit.LOGITS) : Set.of(), List.of()))
                                .coalesce(3));
    }

    private static Row row(int i, Random random, boolean hasLogits) {
        int real = random.nextInt(CLASSES);
        Float[] logits = new Float[CLASSES];
        double total = 0;
        for (int c = 0; c < CLASSES; c++) {
            logits[c] = (float) (random.nextGaussian() + (c == real ? 3 * random.nextDouble() + c / 4.0 : 0));
            total += Math.exp(logits[c]);
        }
        double sum = total;
        Row[] predictions = IntStream.range(0, CLASSES)
                .boxed()
                .sorted(Comparator.comparing((Integer c) -> logits[c]).reversed())
                .limit(5)
                .map(c -> RowFactory.create(c, ToyTable.CLASSES.get(c), (float) (Math.exp(logits[c]) / sum)))
                .toArray(Row[]::new);
        int truth = random.nextInt(10) == 0 ? random.nextInt(CLASSES) : real;
        List<Object> values = new ArrayList<>(Arrays.asList(
                "file:/" + i, null, null, null, null, null, null, Integer.toString(truth), "ok", null, predictions));
        if (hasLogits) {
            values.add(logits);
        }
        values.add(MODEL);
        return RowFactory.create(values.toArray());
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
}
