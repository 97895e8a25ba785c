package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The rows of one teacher as a selection reads them. Lives on the driver; not thread-safe. */
final class Teacher {
    /** A prediction without its label, which the class index says as well. */
    static final ArrayType PREDICTIONS = DataTypes.createArrayType(
            new StructType().add("class_index", DataTypes.IntegerType).add("score", DataTypes.FloatType));

    private static final StructType COLUMNS = new StructType()
            .add("path", DataTypes.StringType)
            .add("sha256", DataTypes.StringType)
            .add("status", DataTypes.StringType)
            .add("predictions", PREDICTIONS)
            .add(Predictions.LOGITS, DataTypes.createArrayType(DataTypes.FloatType))
            .add("model", DataTypes.StringType);

    private final Predictions predictions;
    private final Dataset<Row> rows;

    private Teacher(Predictions predictions, Dataset<Row> rows) {
        this.predictions = predictions;
        this.rows = rows;
    }

    /**
     * Opens the tables of a teacher.
     *
     * @throws CardinalException if one holds no rows
     */
    static Teacher of(Predictions predictions, SparkSession spark) throws IOException {
        if (predictions.directories().size() > 1) {
            return new Teacher(predictions, predictions.rows(spark));
        }
        // Read with a schema of its own, so that not even the labels of predictions are read.
        Dataset<Row> slim = spark.read()
                .option("pathGlobFilter", "*.parquet")
                .schema(COLUMNS)
                .parquet(UserPath.literal(predictions.directories().get(0)));
        return new Teacher(predictions, slim);
    }

    Predictions predictions() {
        return predictions;
    }

    /** Whether the rows are those of one table, as they lie there. */
    boolean isOneTable() {
        return predictions.directories().size() == 1;
    }

    /** Columns of the rows. */
    Dataset<Row> rows(Column... columns) {
        return rows.select(columns);
    }

    /** Columns of the rows that have predictions. */
    Dataset<Row> ok(Column... columns) {
        return rows.filter(isOk()).select(columns);
    }

    static Column isOk() {
        return col("status").equalTo(Status.OK.id());
    }

    /**
     * Rows by status.
     *
     * @throws CardinalException if rows come from another model than the record of the tables says, or none is ok
     */
    Map<String, Long> byStatus() {
        Map<String, Long> counts = new TreeMap<>();
        List<Row> groups = rows.groupBy("model", "status").count().collectAsList();
        for (Row group : groups) {
            predictions.requireOwnModel(group.getString(0));
            counts.merge(String.valueOf(group.getString(1)), group.getLong(2), Long::sum);
        }
        if (!counts.containsKey(Status.OK.id())) {
            throw CardinalException.input(name() + " hold no image that is ok: " + counts);
        }
        return counts;
    }

    private String name() {
        return "predictions " + String.join(", ", predictions.directories());
    }
}
