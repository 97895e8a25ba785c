package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;

/**
 * Counts candidates by class and by buckets of the score, to tell from which score on a class can stop looking.
 *
 * <p>Buckets are fine at both ends of 0 to 1, where softmax scores crowd: the 16th root of s below a half, of 1 - s from there on,
 * in steps of 1/64. That takes four square roots where a logarithm would take Spark ten times as long. No result depends on where
 * a bucket ends: each says which scores it holds.
 */
final class Histogram {
    private static final int STEPS = 64;

    private Histogram() {}

    /** One row a class and bucket that occur: class_index, bucket (higher for higher scores), n, lowest, highest. */
    static Dataset<Row> of(Candidates candidates) {
        return candidates
                .rows()
                .groupBy(col("class_index"), bucket().as("bucket"))
                .agg(
                        count(col("score")).as("n"),
                        min("score").as("lowest"),
                        max("score").as("highest"));
    }

    private static Column bucket() {
        Column score = greatest(least(col("score"), lit(1f)), lit(0f)).cast(DataTypes.DoubleType);
        return when(score.lt(0.5), root(score))
                .otherwise(lit(2.0).minus(root(lit(1.0).minus(score))))
                .multiply(STEPS)
                .cast(DataTypes.IntegerType);
    }

    private static Column root(Column value) {
        return sqrt(sqrt(sqrt(sqrt(value))));
    }

    /**
     * Bands of scores that hold the first {@code k} candidates of each class: class_index, above (candidates of the class with higher
     * scores), n, lowest, highest, total (candidates of the class).
     *
     * @param bandRows candidates from which on a class is divided into bands of about so many, where its scores differ
     */
    static Dataset<Row> bands(Dataset<Row> histogram, long k, long bandRows) {
        WindowSpec ofClass = Window.partitionBy("class_index");
        WindowSpec higher = ofClass.orderBy(col("bucket").desc()).rowsBetween(Window.unboundedPreceding(), -1);
        return histogram
                .withColumn("above", coalesce(sum("n").over(higher), lit(0L)))
                .withColumn("total", sum("n").over(ofClass))
                .filter(col("above").lt(k))
                .groupBy(
                        col("class_index"), floor(col("above").divide(bandRows)).as("band"))
                .agg(
                        min("above").as("above"),
                        sum("n").as("n"),
                        min("lowest").as("lowest"),
                        max("highest").as("highest"),
                        first("total").as("total"));
    }
}
