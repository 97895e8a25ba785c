package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.slice;

import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Images times the classes in which they compete. Lives on the driver; immutable.
 *
 * @param images path, sha256, and predictions, highest first
 * @param p predictions of an image that compete, or {@link #ALL}
 * @param minScore the lowest score that competes
 */
record Candidates(Dataset<Row> images, int p, float minScore) {
    /** Every prediction that an image has. */
    static final int ALL = Integer.MAX_VALUE;

    private static final Column PREDICTIONS = col("predictions");

    /** Those of images of which no score in question is other than a number. */
    Candidates withoutNan() {
        return new Candidates(images.filter(hasNan().unary_$bang()), p, minScore);
    }

    /** Images of which a score in question is not a number. */
    long imagesWithNan() {
        return images.filter(hasNan()).count();
    }

    private Column hasNan() {
        Column scores = (p == ALL ? PREDICTIONS : slice(PREDICTIONS, 1, p)).getField("score");
        // To Spark NaN is higher than every number.
        return coalesce(isnan(array_max(scores)), lit(false));
    }

    /** One row a candidate: these columns of its image, class_index and score. NaN passes for the highest score. */
    Dataset<Row> rows(String... ofImage) {
        Dataset<Row> exploded;
        if (p == ALL) {
            exploded = images.select(columns(ofImage, explode(PREDICTIONS).as("prediction")));
        } else {
            exploded = images.select(columns(ofImage, posexplode(PREDICTIONS).as(new String[] {"place", "prediction"})))
                    .filter(col("place").lt(p));
        }
        Dataset<Row> rows = exploded.select(columns(ofImage, col("prediction.class_index"), col("prediction.score")));
        return minScore > 0 ? rows.filter(col("score").geq(minScore)) : rows;
    }

    private static Column[] columns(String[] names, Column... more) {
        return Stream.concat(Stream.of(names).map(name -> col(name)), Stream.of(more))
                .toArray(Column[]::new);
    }
}
