package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.label.Predictions;
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

/**
 * Rows of one teacher. Lives on the driver; immutable.
 *
 * @param predictions its predictions
 * @param rows all their rows
 */
record Teacher(Predictions predictions, Dataset<Row> rows) {

    /**
     * Opens the tables of a teacher.
     *
     * @param more columns to read in addition to those of every table
     * @throws CardinalException if a table has no rows, or its columns are invalid
     */
    static Teacher of(Predictions predictions, List<String> more, SparkSession spark) throws IOException {
        return new Teacher(predictions, predictions.rows(spark, more));
    }

    /** Returns whether the rows come from one table. */
    boolean isOneTable() {
        return predictions.directories().size() == 1;
    }

    /** Returns columns of the rows that are ok. */
    Dataset<Row> ok(Column... columns) {
        return rows.filter(isOk()).select(columns);
    }

    static Column isOk() {
        return col("status").equalTo(Status.OK.id());
    }

    /**
     * Counts rows by status.
     *
     * @throws CardinalException if rows come from another model than the record of the tables says, or no row is ok
     */
    Map<String, Long> byStatus() {
        Map<String, Long> counts = new TreeMap<>();
        for (Row group : rows.groupBy("model", "status").count().collectAsList()) {
            predictions.requireOwnModel(group.getString(0));
            counts.merge(String.valueOf(group.getString(1)), group.getLong(2), Long::sum);
        }
        if (!counts.containsKey(Status.OK.id())) {
            throw CardinalException.input("predictions " + String.join(", ", predictions.directories())
                    + " contain no image with status ok: " + counts);
        }
        return counts;
    }
}
