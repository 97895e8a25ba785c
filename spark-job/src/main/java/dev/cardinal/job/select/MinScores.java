package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The lowest score that competes, for every class. Lives on the driver; immutable. */
final class MinScores {
    private final float[] ofClass;

    private MinScores(float[] ofClass) {
        this.ofClass = ofClass;
    }

    /** Returns the same score for all classes. */
    static MinScores same(int classes, float score) {
        float[] scores = new float[classes];
        Arrays.fill(scores, score);
        return new MinScores(scores);
    }

    /**
     * Returns the scores of a selection: for each class the highest one that a rule requires.
     *
     * @param images images that can be selected, with their predictions
     * @param model id of the model that made the predictions
     * @throws CardinalException if the evaluation cannot be used, or no image has the adaptive score
     */
    static MinScores of(
            SelectOptions options, Dataset<Row> images, int classes, String model, Configuration configuration)
            throws IOException {
        MinScores scores = same(classes, (float) options.minScore());
        ClassRules rules = options.rules();
        if (rules.minPrecision().isPresent()) {
            scores = scores.and(ReliabilityCurves.open(rules.minPrecision().get(), model, classes, configuration)
                    .lowestScores(rules.minPrecision().get().precision()));
        }
        if (rules.adaptiveScore().isPresent()) {
            scores = scores.and(adaptive(images, classes, rules.adaptiveScore().getAsDouble()));
        }
        return scores;
    }

    private MinScores and(float[] others) {
        float[] highest = new float[ofClass.length];
        for (int c = 0; c < highest.length; c++) {
            highest[c] = Math.max(ofClass[c], others[c]);
        }
        return new MinScores(highest);
    }

    /**
     * Returns FlexMatch's thresholds: t b / (2 - b), where b is the number of images whose highest class is this one with a score of at
     * least t, divided by the largest of these numbers.
     */
    private static float[] adaptive(Dataset<Row> images, int classes, double threshold) {
        Column first = get(col("predictions"), lit(0));
        List<Row> counts = images.select(
                        first.getField("class_index").as("c"),
                        first.getField("score").as("s"))
                .filter(col("s").geq((float) threshold).and(isnan(col("s")).unary_$bang()))
                .groupBy("c")
                .agg(count(lit(1)))
                .collectAsList();
        long most = counts.stream().mapToLong(row -> row.getLong(1)).max().orElse(0);
        if (most == 0) {
            throw CardinalException.input(
                    "--adaptive-score " + threshold + " is too high: no image has a class with this score");
        }
        float[] scores = new float[classes];
        for (Row row : counts) {
            int c = row.getInt(0);
            double share = (double) row.getLong(1) / most;
            if (c >= 0 && c < classes) {
                scores[c] = (float) (threshold * share / (2 - share));
            }
        }
        return scores;
    }

    /**
     * Returns whether a row with class_index and score competes; only if scores are required. A NaN does, and with a score of 0 or above
     * a class that the model lacks.
     */
    Column competes() {
        return col("score").geq(isSame() ? lit(ofClass[0]) : coalesce(get(lit(ofClass), col("class_index")), lit(0f)));
    }

    private boolean isSame() {
        for (float score : ofClass) {
            if (score != ofClass[0]) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether every candidate competes. */
    boolean isNone() {
        return isSame() && (ofClass.length == 0 || ofClass[0] <= 0);
    }
}
