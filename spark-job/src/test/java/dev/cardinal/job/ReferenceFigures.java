package dev.cardinal.job;

import static java.util.Objects.requireNonNull;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.SoftAssertions;

/**
 * The files that src/test/fixtures/evaluation.py writes: tables of three teachers, and their metrics computed with NumPy and SciPy.
 * The files' heads name the command.
 */
public final class ReferenceFigures {
    private static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "eel", "fox", "gnu");
    private static final int FILES = 3;

    private ReferenceFigures() {}

    /** Returns the rows of one of the files. */
    public static Dataset<Row> csv(String resource) {
        String file =
                requireNonNull(ReferenceFigures.class.getResource(resource)).getPath();
        return TestSpark.session()
                .read()
                .option("comment", "#")
                .option("header", "true")
                .option("quote", "\"")
                .option("escape", "\"")
                .csv(file);
    }

    /** Returns the rows of a teacher's predictions table; only the first teacher's have logits. */
    public static Dataset<Row> images(int teacher) {
        String names = CLASSES.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "array(", ")"));
        List<String> columns = new ArrayList<>(List.of(
                "path",
                "sha256",
                "truth",
                "status",
                "transform(split(predictions, ' '), p -> named_struct('class_index', int(split(p, ':')[0]), 'label', "
                        + names + "[int(split(p, ':')[0])], 'score', float(split(p, ':')[1]))) AS predictions"));
        if (teacher == 0) {
            columns.add("transform(split(logits, ' '), z -> float(z)) AS logits");
        }
        return csv("evaluate/images.csv").filter("teacher = " + teacher).selectExpr(columns.toArray(String[]::new));
    }

    /** Writes a teacher's table in several files and returns its directory. */
    public static String table(int teacher, Path directory, Dataset<Row> rows) throws IOException {
        ToyTable table = ToyTable.of("toy" + teacher + "@0123456789ab").withClasses(CLASSES);
        return (teacher == 0 ? table.withLogits() : table)
                .write(directory, rows.withColumn("model", lit(table.model())).repartition(FILES));
    }

    /** Compares every value of a JSON file with the reference; numbers must agree in nine digits. */
    public static void assertEqual(Path json, String resource) throws IOException {
        JsonNode actual = new JsonMapper().readTree(json.toFile());
        List<Row> expected = csv(resource).collectAsList();
        assertThat(expected).hasSizeGreaterThan(100);
        SoftAssertions softly = new SoftAssertions();
        for (Row row : expected) {
            String pointer = row.getString(0);
            String value = row.getString(1);
            if (pointer.endsWith("/#")) {
                softly.assertThat(actual.at(pointer.substring(0, pointer.length() - 2)))
                        .as(pointer)
                        .hasSize(Integer.parseInt(value));
                continue;
            }
            JsonNode node = actual.at(pointer);
            if (node.isNumber()) {
                double number = Double.parseDouble(value);
                softly.assertThat(node.asDouble())
                        .as(pointer)
                        .isCloseTo(number, within(1e-9 * Math.max(1e-3, Math.abs(number))));
            } else {
                softly.assertThat(node.isMissingNode() ? "missing" : node.asText())
                        .as(pointer)
                        .isEqualTo(value);
            }
        }
        softly.assertAll();
    }
}
