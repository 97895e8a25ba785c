package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.udf.image.Status;
import org.apache.spark.sql.Column;

/** What a row of a predictions table says of its image, as columns. */
public final class ImageColumns {
    private static final String PREDICTIONS = "predictions";

    private ImageColumns() {}

    /** Whether the image was classified. */
    public static Column isClassified() {
        return col("status").equalTo(Status.OK.id()).and(first().isNotNull());
    }

    /** Whether the scores are numbers: neither NaN nor infinite. */
    public static Column hasFiniteScores() {
        return isFinite(col(PREDICTIONS).getField("score"));
    }

    /** Whether every float of an array is neither NaN nor infinite. To Spark NaN is greater than any number. */
    static Column isFinite(Column floats) {
        return array_max(floats)
                .lt(lit(Float.POSITIVE_INFINITY))
                .and(array_min(floats).gt(lit(Float.NEGATIVE_INFINITY)));
    }

    /** Index of the class that the model took the image for. */
    public static Column predicted() {
        return first().getField("class_index");
    }

    /** Its score. */
    public static Column score() {
        return first().getField("score");
    }

    private static Column first() {
        return get(col(PREDICTIONS), lit(0));
    }
}
