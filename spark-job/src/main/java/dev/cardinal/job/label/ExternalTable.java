package dev.cardinal.job.label;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.common.ColumnNames;
import dev.cardinal.job.common.QualifiedPath;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Predictions that another program wrote: Parquet files or a table of a catalog, with {@code path}, and with {@code predictions},
 * {@code logits} or {@code probabilities}. The columns {@code truth}, {@code sha256}, {@code status} and {@code model} are read if
 * they exist. Lives on the driver; immutable.
 */
final class ExternalTable {
    private static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String TRUTH = "truth";
    private static final String STATUS = "status";
    private static final String MODEL = "model";
    /** Columns that readers of predictions use. */
    static final List<String> READ = List.of(
            PATH,
            SHA256,
            TRUTH,
            STATUS,
            MODEL,
            PredictionTypes.PREDICTIONS,
            Predictions.LOGITS,
            Predictions.PROBABILITIES);

    private final String name;
    private final int classes;
    private final Dataset<Row> stored;
    private final List<String> more;
    private final Configuration configuration;

    private ExternalTable(
            String name, int classes, Dataset<Row> stored, List<String> more, Configuration configuration) {
        this.name = name;
        this.more = List.copyOf(more);
        this.classes = classes;
        this.stored = stored;
        this.configuration = configuration;
    }

    /**
     * Opens predictions and checks their columns.
     *
     * @param classes number of the model's classes
     * @param more columns that {@link #rows} has in addition
     * @throws CardinalException if a column is missing or has another type
     * @throws IOException if the store fails
     */
    static ExternalTable open(StoredRows rows, int classes, SparkSession spark, List<String> more) throws IOException {
        String name = rows.name();
        StructType schema = rows.schema(spark, more);
        requireColumns(name, schema, more);
        Dataset<Row> stored = rows.read(schema, spark);
        ExternalTable table = new ExternalTable(
                name, classes, stored, more, spark.sparkContext().hadoopConfiguration());
        if (!table.has(PATH) || (!table.has(PredictionTypes.PREDICTIONS) && table.scores() == null)) {
            throw CardinalException.input(
                    "predictions " + name + " need a column path, and a column predictions, logits or"
                            + " probabilities; of these they have " + Arrays.toString(schema.fieldNames()));
        }
        for (String column : List.of(PATH, SHA256, STATUS, MODEL)) {
            if (table.has(column) && !schema.apply(column).dataType().equals(DataTypes.StringType)) {
                throw CardinalException.input("predictions " + name + ": column " + column + " is "
                        + schema.apply(column).dataType().simpleString() + "; it must be text");
            }
        }
        return table;
    }

    /**
     * Checks that a table has columns that are only read on request.
     *
     * @throws CardinalException if it lacks one; the message says how to get it
     */
    static void requireColumns(String name, StructType stored, List<String> columns) {
        for (String column : columns) {
            if (!Arrays.asList(stored.fieldNames()).contains(column)) {
                boolean isEmitted = column.equals(Predictions.DHASH) || column.equals(Predictions.FEATURES);
                throw CardinalException.input("predictions " + name + " have no column " + column + ": label with --"
                        + (isEmitted ? "emit " : "keep ") + column);
            }
        }
    }

    private boolean has(String column) {
        return Arrays.asList(stored.columns()).contains(column);
    }

    /** Returns the column with one number per class, null if there is none. */
    private @Nullable String scores() {
        return has(Predictions.LOGITS)
                ? Predictions.LOGITS
                : has(Predictions.PROBABILITIES) ? Predictions.PROBABILITIES : null;
    }

    /** Returns the rows in the columns and types of a predictions table; rows without predictions are not ok. */
    Dataset<Row> rows(Origin origin) throws IOException {
        List<Column> columns = new ArrayList<>(List.of(
                QualifiedPath.of(configuration).apply(col(PATH)).as(PATH),
                (has(SHA256) ? lower(col(SHA256)) : lit(null).cast(DataTypes.StringType)).as(SHA256),
                (has(TRUTH) ? col(TRUTH) : lit(null)).cast(DataTypes.StringType).as(TRUTH),
                predictions()));
        for (String column : List.of(Predictions.LOGITS, Predictions.PROBABILITIES)) {
            if (origin.emitted().contains(column)) {
                columns.add(PredictionTypes.floats(stored.schema(), column, name));
            }
        }
        Column status = has(STATUS)
                ? col(STATUS)
                : when(col(source()).isNotNull(), lit(Status.OK.id())).otherwise(Status.UNDECODABLE.id());
        columns.add(3, status.as(STATUS));
        columns.add(5, lit(origin.modelId()).as(MODEL));
        more.stream()
                .filter(column -> !READ.contains(column))
                .forEach(column -> columns.add(ColumnNames.named(column).as(column)));
        return stored.select(columns.toArray(Column[]::new));
    }

    /** Returns the column that predictions are made of. */
    private String source() {
        String scores = scores();
        return has(PredictionTypes.PREDICTIONS) || scores == null ? PredictionTypes.PREDICTIONS : scores;
    }

    private Column predictions() {
        StructType schema = stored.schema();
        String source = source();
        return source.equals(PredictionTypes.PREDICTIONS)
                ? PredictionTypes.sortedPredictions(schema, name)
                : udf(new TopClasses(source.equals(Predictions.LOGITS)), TopClasses.TYPE)
                        .apply(PredictionTypes.floats(schema, source, name))
                        .as(PredictionTypes.PREDICTIONS);
    }

    /**
     * Reads every row to find out what the table stores, and checks the rows.
     *
     * @param assumed origin that is known without the rows
     * @throws CardinalException if the rows are invalid, or come from several models
     */
    Origin origin(Origin assumed) {
        String scores = scores();
        Column numbers = scores == null ? null : PredictionTypes.floats(stored.schema(), scores, name);
        Column none = lit(null).cast(DataTypes.IntegerType);
        Column isOutside = scores == null || !scores.equals(Predictions.PROBABILITIES)
                ? lit(false)
                : array_min(col(scores)).lt(0).or(array_max(col(scores)).gt(1).and(isNotNan(array_max(col(scores)))));
        Row found = stored.agg(
                        count(lit(1)),
                        count(col(PATH)),
                        max(source().equals(PredictionTypes.PREDICTIONS) ? size(col(source())) : none),
                        min(numbers == null ? none : when(numbers.isNotNull(), size(numbers))),
                        max(numbers == null ? none : when(numbers.isNotNull(), size(numbers))),
                        count_if(isOutside),
                        min(has(MODEL) ? col(MODEL) : lit(assumed.modelId())),
                        max(has(MODEL) ? col(MODEL) : lit(assumed.modelId())))
                .head();
        require(found, scores);
        requireOneRowPerPath();
        boolean areStored = source().equals(PredictionTypes.PREDICTIONS);
        return new Origin(
                found.isNullAt(6) ? assumed.modelId() : found.getString(6),
                assumed.classes(),
                areStored ? (found.isNullAt(2) ? 0 : found.getInt(2)) : Math.min(TopClasses.COUNT, classes),
                scores == null ? Set.of() : Set.of(scores),
                assumed.precision(),
                null,
                null);
    }

    private static Column isNotNan(Column number) {
        return isnan(number).unary_$bang();
    }

    private void require(Row found, @Nullable String scores) {
        if (found.getLong(0) == 0) {
            throw CardinalException.input("predictions " + name + " have no rows");
        }
        if (found.getLong(1) < found.getLong(0)) {
            throw CardinalException.input(
                    "predictions " + name + ": " + (found.getLong(0) - found.getLong(1)) + " rows have no path");
        }
        if (!found.isNullAt(3) && (found.getInt(3) != classes || found.getInt(4) != classes)) {
            int length = found.getInt(3) != classes ? found.getInt(3) : found.getInt(4);
            throw CardinalException.input("predictions " + name + ": column " + scores + " has " + length
                    + " numbers in a row, but --labels names " + classes + " classes");
        }
        if (found.getLong(5) > 0) {
            throw CardinalException.input(
                    "predictions " + name + ": column probabilities has numbers outside of 0 to 1 in "
                            + found.getLong(5) + " rows; call the column logits if it contains logits");
        }
        if (!found.isNullAt(6) && !found.getString(6).equals(found.getString(7))) {
            throw CardinalException.input("predictions " + name + " contain rows of several models, such as "
                    + found.getString(6) + " and " + found.getString(7) + ": name one directory or table per model");
        }
    }

    private void requireOneRowPerPath() {
        List<Row> twice =
                stored.groupBy(PATH).count().filter("count > 1").limit(1).collectAsList();
        if (!twice.isEmpty()) {
            throw CardinalException.input(
                    "predictions " + name + ": path " + twice.get(0).getString(0) + " occurs "
                            + twice.get(0).getLong(1) + " times; keep one row per image");
        }
    }
}
