package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.slice;
import static org.apache.spark.sql.functions.when;

import dev.cardinal.job.common.RowCache;
import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.ImageColumns;
import dev.cardinal.job.truth.Truth;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Predictions with their truth, one small row per image, in Spark's cache until closed. The caller of {@link #of} closes it. Lives
 * on the driver; not thread-safe.
 */
final class GradedPredictions implements AutoCloseable {
    static final int TOP = 5;

    static final String PATH = "path";
    static final String PREDICTED = "predicted";
    static final String SCORE = "score";
    static final String IS_CORRECT = "is_correct";
    static final String IS_AMONG_FIRST = "is_among_first";
    private static final String IS_CLASSIFIED = "is_classified";
    private static final String IS_FINITE = "is_finite";

    private final Dataset<Row> rows;

    private GradedPredictions(Dataset<Row> rows) {
        this.rows = rows;
    }

    /** @param rows of a predictions table, with their truth */
    static GradedPredictions of(Dataset<Row> rows, Origin origin) {
        Column truth = col(Truth.INDEX);
        Column isAmongFirst = exists(
                slice(col("predictions"), 1, TOP),
                prediction -> prediction.getField("class_index").equalTo(truth));
        return new GradedPredictions(RowCache.persist(rows.select(
                col(PATH),
                col(Truth.TEXT),
                truth,
                col(Truth.AMBIGUOUS),
                ImageColumns.predicted().as(PREDICTED),
                ImageColumns.score().as(SCORE),
                ImageColumns.predicted().equalTo(truth).as(IS_CORRECT),
                isAmongFirst.as(IS_AMONG_FIRST),
                ImageColumns.isClassified().as(IS_CLASSIFIED),
                isFinite(origin).as(IS_FINITE))));
    }

    /** Returns whether the scores of a classified image, and its logits if the tables have them, are complete and finite. */
    private static Column isFinite(Origin origin) {
        Column finite = ImageColumns.hasFiniteScores();
        if (hasLogits(origin)) {
            finite = finite.and(ImageColumns.isFinite(col(Predictions.LOGITS)))
                    .and(size(col(Predictions.LOGITS)).equalTo(origin.classes().size()));
        }
        return coalesce(finite, lit(false));
    }

    static boolean hasLogits(Origin origin) {
        return origin.emitted().contains(Predictions.LOGITS);
    }

    /** Returns whether an image is evaluated, as a column on the rows that {@link #of} takes. */
    static Column isEvaluated(Origin origin) {
        return col(Truth.INDEX).isNotNull().and(ImageColumns.isClassified()).and(isFinite(origin));
    }

    /** Returns every image. */
    Dataset<Row> all() {
        return rows;
    }

    /** Returns the evaluated images: classified, with finite scores and logits, and with a truth that is a class of the model. */
    Dataset<Row> evaluated() {
        return rows.filter(col(Truth.INDEX).isNotNull().and(col(IS_CLASSIFIED)).and(col(IS_FINITE)));
    }

    /**
     * Numbers of images by the reason why they are not evaluated.
     *
     * @param all every image
     * @param withoutTruth images without a truth
     * @param notClassified images with a truth that were not classified
     * @param unmatched images whose truth does not match a class
     * @param ambiguous unmatched images whose truth is the name of several classes
     * @param ambiguousExample the truth of one of them, null if there is none
     * @param refusedNan classified images whose truth is a class, with scores or logits that are NaN or infinite
     */
    record GradedCounts(
            long all,
            long withoutTruth,
            long notClassified,
            long unmatched,
            long ambiguous,
            @Nullable String ambiguousExample,
            long refusedNan) {}

    GradedCounts counts() {
        Column hasTruth = col(Truth.TEXT).isNotNull();
        Column hasClass = col(Truth.INDEX).isNotNull();
        Row counts = rows.agg(
                        count(lit(1)),
                        count_if(col(Truth.TEXT).isNull()),
                        count_if(hasTruth.and(col(IS_CLASSIFIED).unary_$bang())),
                        count_if(hasTruth.and(col(Truth.INDEX).isNull())),
                        count_if(col(Truth.AMBIGUOUS)),
                        min(when(col(Truth.AMBIGUOUS), col(Truth.TEXT))),
                        count_if(hasClass.and(col(IS_CLASSIFIED))
                                .and(col(IS_FINITE).unary_$bang())))
                .head();
        return new GradedCounts(
                counts.getLong(0),
                counts.getLong(1),
                counts.getLong(2),
                counts.getLong(3),
                counts.getLong(4),
                counts.getString(5),
                counts.getLong(6));
    }

    @Override
    public void close() {
        rows.unpersist();
    }
}
