package dev.cardinal.job.predictions;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.label.PredictionTable;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * What one model said about images: a predictions table, or several that are its parts. Only reads. Lives on the driver; immutable.
 */
public final class Predictions {
    /** Value of {@link Origin#emitted()} where the tables have logits. */
    public static final String LOGITS = "logits";

    private static final String PATH = "path";
    private static final String MODEL = "model";
    /** What {@link #rows} has of every table: columns that a user had kept may be called and typed as they like. */
    private static final List<String> COLUMNS = List.of(PATH, "sha256", "truth", "status", "predictions", MODEL);

    private final List<PredictionTable> parts;
    private final Origin origin;

    private Predictions(List<PredictionTable> parts, Origin origin) {
        this.parts = List.copyOf(parts);
        this.origin = origin;
    }

    /**
     * Opens the tables of one model.
     *
     * @throws CardinalException if one is no predictions table, is named twice or comes from another model than the first, saying
     *     what it holds
     * @throws IOException if a file system fails
     */
    public static Predictions open(List<String> directories, Configuration configuration) throws IOException {
        Set<Object> seen = new HashSet<>();
        List<PredictionTable> parts = new ArrayList<>();
        Origin all = null;
        for (String directory : directories) {
            PredictionTable table = PredictionTable.at(UserPath.of("predictions", directory), configuration);
            Origin origin = table.origin();
            if (!seen.add(table.directory())) {
                throw CardinalException.usage("predictions " + directory + " are named twice");
            }
            if (all != null && !all.modelId().equals(origin.modelId())) {
                throw CardinalException.input("--predictions holds tables of different models: " + all.modelId()
                        + " and, in " + directory + ", " + origin.modelId());
            }
            parts.add(table);
            all = all == null ? origin : together(all, origin);
        }
        if (all == null) {
            throw CardinalException.usage("--predictions names no table");
        }
        return new Predictions(parts, all);
    }

    /** What is true of both parts. */
    private static Origin together(Origin first, Origin second) {
        Set<String> emitted = new HashSet<>(first.emitted());
        emitted.retainAll(second.emitted());
        return new Origin(
                first.modelId(),
                first.classes(),
                Math.min(first.topK(), second.topK()),
                emitted,
                first.precision(),
                first.macs(),
                first.imagesPerSecond() == null ? second.imagesPerSecond() : first.imagesPerSecond());
    }

    /** Where the rows come from; of several tables, what all of them store. */
    public Origin origin() {
        return origin;
    }

    /** The tables' directories, fully qualified. */
    public List<String> directories() {
        return parts.stream().map(part -> part.directory().toString()).toList();
    }

    /** The tables' directories as a record of a run may name them, without credentials. */
    public List<String> recordedDirectories() {
        return directories().stream().map(UserPath::withoutCredentials).toList();
    }

    /**
     * Checks that the rows have logits.
     *
     * @param purpose what needs them, such as {@code --temperature}
     * @throws CardinalException if a table has none, saying how to get them
     */
    public void requireLogits(String purpose) {
        if (!origin.emitted().contains(LOGITS)) {
            throw CardinalException.input(purpose + " needs logits, which predictions "
                    + String.join(", ", directories()) + " do not have: label with --emit logits");
        }
    }

    /**
     * Checks that rows of a model belong to these tables.
     *
     * @param model value of their {@code model} column
     * @throws CardinalException if it is not the model that the tables say they come from
     */
    public void requireOwnModel(@Nullable String model) {
        requireOwnModel(String.join(", ", directories()), model);
    }

    private void requireOwnModel(String directory, @Nullable String model) {
        if (!Objects.equals(model, origin.modelId())) {
            throw CardinalException.input("predictions " + directory + " hold rows of model " + model
                    + " beside those of " + origin.modelId() + ", which they say they come from");
        }
    }

    /**
     * Checks every row's model, in a pass over that column alone.
     *
     * @throws CardinalException if a row comes from another model than its table says, or a table holds no rows
     */
    public void requireOwnModel(SparkSession spark) throws IOException {
        for (PredictionTable part : parts) {
            Row others = rows(part, spark)
                    .filter(not(col(MODEL).eqNullSafe(origin.modelId())))
                    .agg(count(lit(1)), min(MODEL))
                    .head();
            if (others.getLong(0) > 0) {
                requireOwnModel(part.directory().toString(), others.getString(1));
            }
        }
    }

    /**
     * What to say of a prediction of a class that the model does not have.
     *
     * @param classes number of the model's classes
     */
    public static CardinalException noSuchClass(int classIndex, int classes) {
        return CardinalException.input(
                "predictions hold class index " + classIndex + ", of a model with " + classes + " classes");
    }

    /**
     * Every row, as path, sha256, truth, status, predictions, model and, where all tables have them, logits. An image that
     * several tables have counts once, as the first of them has it.
     *
     * @throws CardinalException if a table holds no rows, or lacks one of these columns
     */
    public Dataset<Row> rows(SparkSession spark) throws IOException {
        Dataset<Row> all = null;
        for (PredictionTable part : parts) {
            Dataset<Row> rows = rows(part, spark);
            all = all == null
                    ? rows
                    : all.unionByName(rows.join(
                            all.select(col(PATH).as("earlier")), col(PATH).equalTo(col("earlier")), "left_anti"));
        }
        if (all == null) {
            throw new IllegalStateException("no part");
        }
        return all;
    }

    private Dataset<Row> rows(PredictionTable part, SparkSession spark) throws IOException {
        Dataset<Row> rows = part.rows(spark)
                .orElseThrow(() -> CardinalException.input("predictions " + part.directory() + " hold no rows"));
        List<String> columns = new ArrayList<>(COLUMNS);
        if (origin.emitted().contains(LOGITS)) {
            columns.add(LOGITS);
        }
        List<String> missing = new ArrayList<>(columns);
        missing.removeAll(Arrays.asList(rows.columns()));
        if (!missing.isEmpty()) {
            throw CardinalException.input("predictions " + part.directory()
                    + " are no predictions table: their files have no column " + String.join(", ", missing));
        }
        return rows.select(columns.stream().map(rows::col).toArray(Column[]::new));
    }
}
