package dev.cardinal.job.export;

import static org.apache.spark.sql.functions.bit_xor;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.common.Format;
import dev.cardinal.job.common.JsonMappers;
import dev.cardinal.udf.fs.FileSystems;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A finished selection that {@code select} wrote. Read-only. Lives on the driver; immutable. */
final class SelectionTables {
    private static final List<String> COLUMNS = List.of("path", "class_index", "score", "rank");

    private final Path directory;
    private final JsonNode run;

    private SelectionTables(Path directory, JsonNode run) {
        this.directory = directory;
        this.run = run;
    }

    /**
     * Opens a selection.
     *
     * @throws CardinalException if the directory does not hold a finished selection
     * @throws IOException if the file system fails
     */
    static SelectionTables open(String selection, Configuration configuration) throws IOException {
        Path path = UserPaths.of("selection", selection);
        FileSystem fileSystem = FileSystems.fileSystem(path, configuration);
        Path directory = fileSystem.makeQualified(path);
        try (InputStream in = fileSystem.open(new Path(directory, "run.json"))) {
            JsonNode run = JsonMappers.RECORDS.readTree(in);
            if (!fileSystem.exists(new Path(directory, "selection")) || !run.has("predictions")) {
                throw notASelection(directory);
            }
            return new SelectionTables(directory, run);
        } catch (FileNotFoundException e) {
            throw notASelection(directory);
        } catch (JsonProcessingException e) {
            throw CardinalException.input(
                    "selection " + directory + ": run.json is not JSON: " + e.getOriginalMessage());
        }
    }

    /** Returns the file with the classes of predictions that another program wrote, if the selection needed one. */
    Optional<String> labelsFile() {
        return Optional.ofNullable(run.path("options").path("labels").textValue());
    }

    private static CardinalException notASelection(Path directory) {
        return CardinalException.input("selection " + directory
                + " is not a finished selection: it has no run.json of 'select'; name the --output of a 'select' that"
                + " has finished");
    }

    Path directory() {
        return directory;
    }

    /** Returns the tables of each teacher. */
    List<List<String>> predictions() {
        List<List<String>> teachers = new ArrayList<>();
        for (JsonNode teacher : run.path("predictions")) {
            List<String> tables = new ArrayList<>();
            teacher.forEach(table -> tables.add(table.asText()));
            teachers.add(tables);
        }
        return teachers;
    }

    /** Returns the models that made the predictions. */
    List<String> models() {
        List<String> models = new ArrayList<>();
        run.path("models").forEach(model -> models.add(model.asText()));
        return models;
    }

    /**
     * Returns the selected images as path, sha256, class_index, score, rank, weight.
     *
     * @throws CardinalException if a column is missing
     */
    Dataset<Row> rows(SparkSession spark) {
        Dataset<Row> rows = table("selection", spark);
        StructType schema = rows.schema();
        List<String> missing = new ArrayList<>(COLUMNS);
        missing.removeAll(List.of(schema.fieldNames()));
        if (!missing.isEmpty()) {
            throw CardinalException.input(
                    "selection " + directory + " has no column " + String.join(", ", missing) + "; run 'select' again");
        }
        return rows.select(
                col("path"),
                optional(schema, "sha256", lit(null)).cast("string").as("sha256"),
                col("class_index").cast("int").as("class_index"),
                col("score").cast("float").as("score"),
                col("rank").cast("bigint").as("rank"),
                optional(schema, "weight", lit(1)).cast("double").as("weight"));
    }

    private static Column optional(StructType schema, String name, Column otherwise) {
        return List.of(schema.fieldNames()).contains(name) ? col(name) : otherwise;
    }

    /** Returns the names of all classes, in the order of their indices. */
    List<String> labels(SparkSession spark) {
        List<String> labels = new ArrayList<>();
        for (Row row : table("classes", spark)
                .select(col("class_index").cast("int"), col("class_label"))
                .orderBy("class_index")
                .collectAsList()) {
            if (row.getInt(0) != labels.size()) {
                throw CardinalException.input("selection " + directory + ": classes/ has no class " + labels.size());
            }
            labels.add(row.getString(1));
        }
        return labels;
    }

    /** Returns a text that differs if the rows differ, whatever their order. */
    static String fingerprint(Dataset<Row> rows) {
        Column[] columns = List.of(rows.columns()).stream()
                .map(org.apache.spark.sql.functions::col)
                .toArray(Column[]::new);
        Row sums = rows.agg(count(lit(1)), bit_xor(xxhash64(columns))).head();
        return Format.format("%d rows %016x", sums.getLong(0), sums.isNullAt(1) ? 0 : sums.getLong(1));
    }

    private Dataset<Row> table(String name, SparkSession spark) {
        return spark.read().parquet(UserPaths.escapeGlob(new Path(directory, name).toString()));
    }
}
