package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.array_min;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode;
import static org.apache.spark.sql.functions.slice;

import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Candidates: pairs of an image and a class in which it competes. Lives on the driver; immutable.
 *
 * @param images path, sha256, and predictions, highest first
 * @param p number of predictions per image that compete, or {@link #ALL}
 * @param minScores lowest scores that compete
 * @param stored path, sha256, class_index and score of the candidates, if a quota has removed some of them
 */
record Candidates(Dataset<Row> images, int p, MinScores minScores, Optional<Dataset<Row>> stored) {
    /** All predictions of an image compete. */
    static final int ALL = Integer.MAX_VALUE;

    private static final Column PREDICTIONS = col("predictions");

    Candidates(Dataset<Row> images, int p, MinScores minScores) {
        this(images, p, minScores, Optional.empty());
    }

    /** Returns these candidates of the same images. */
    Candidates of(Dataset<Row> rows) {
        return new Candidates(images, p, minScores, Optional.of(rows));
    }

    /** Returns the candidates of images whose competing scores are all finite. */
    Candidates withoutNan() {
        return new Candidates(images.filter(hasNan().unary_$bang()), p, minScores, stored);
    }

    /** Counts images with a competing score that is NaN or infinite. */
    long imagesWithNan() {
        return images.filter(hasNan()).count();
    }

    private Column hasNan() {
        Column scores = (p == ALL ? PREDICTIONS : slice(PREDICTIONS, 1, p)).getField("score");
        // Spark sorts NaN above every number.
        Column highest = array_max(scores);
        return coalesce(
                isnan(highest)
                        .or(highest.equalTo(Float.POSITIVE_INFINITY))
                        .or(array_min(scores).equalTo(Float.NEGATIVE_INFINITY)),
                lit(false));
    }

    /** Returns one row per candidate: these columns of its image, class_index and score. A NaN passes every lowest score. */
    Dataset<Row> rows(String... ofImage) {
        if (stored.isPresent()) {
            return stored.get().select(columns(ofImage, col("class_index"), col("score")));
        }
        Dataset<Row> exploded;
        if (p == ALL) {
            exploded = images.select(columns(ofImage, explode(PREDICTIONS).as("prediction")));
        } else {
            exploded = images.select(columns(ofImage, posexplode(PREDICTIONS).as(new String[] {"place", "prediction"})))
                    .filter(col("place").lt(p));
        }
        Dataset<Row> rows = exploded.select(columns(ofImage, col("prediction.class_index"), col("prediction.score")));
        return minScores.isNone() ? rows : rows.filter(minScores.competes());
    }

    private static Column[] columns(String[] names, Column... more) {
        return Stream.concat(Stream.of(names).map(name -> col(name)), Stream.of(more))
                .toArray(Column[]::new);
    }
}
