package dev.cardinal.job.truth;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.udf.image.Status;
import org.apache.spark.sql.Column;

/** Column expressions on the rows of a predictions table: the prediction of an image, and whether it can be used. */
public final class ImageColumns {
    private static final String PREDICTIONS = "predictions";

    private ImageColumns() {}

    /** Returns whether the image was classified. */
    public static Column isClassified() {
        return col("status").equalTo(Status.OK.id()).and(first().isNotNull());
    }

    /** Returns whether all scores are finite: neither NaN nor infinite. */
    public static Column hasFiniteScores() {
        return isFinite(col(PREDICTIONS).getField("score"));
    }

    /** Returns whether every number of an array is neither NaN nor infinite. In Spark, NaN is greater than any number. */
    public static Column isFinite(Column floats) {
        return array_max(floats)
                .lt(lit(Float.POSITIVE_INFINITY))
                .and(array_min(floats).gt(lit(Float.NEGATIVE_INFINITY)));
    }

    /** Returns the index of the class with the highest score. */
    public static Column predicted() {
        return first().getField("class_index");
    }

    /** Returns the highest score. */
    public static Column score() {
        return first().getField("score");
    }

    private static Column first() {
        return get(col(PREDICTIONS), lit(0));
    }
}
