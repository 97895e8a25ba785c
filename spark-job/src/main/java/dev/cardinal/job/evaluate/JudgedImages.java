package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.slice;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Predictions beside their truth, one small row an image, kept in Spark's cache until closed. Whoever makes it closes it. Lives on
 * the driver; not thread-safe.
 */
final class JudgedImages implements AutoCloseable {
    static final int TOP = 5;

    static final String PATH = "path";
    static final String PREDICTED = "predicted";
    static final String SCORE = "score";
    static final String IS_RIGHT = "is_right";
    static final String IS_AMONG_FIRST = "is_among_first";
    private static final String IS_CLASSIFIED = "is_classified";
    private static final String IS_FINITE = "is_finite";

    private final Dataset<Row> rows;

    private JudgedImages(Dataset<Row> rows) {
        this.rows = rows;
    }

    /** @param rows of a predictions table, with their truth */
    static JudgedImages of(Dataset<Row> rows, Origin origin) {
        Column truth = col(Truth.INDEX);
        Column isAmongFirst = exists(
                slice(col("predictions"), 1, TOP),
                prediction -> prediction.getField("class_index").equalTo(truth));
        return new JudgedImages(rows.select(
                        col(PATH),
                        col(Truth.TEXT),
                        truth,
                        ImageColumns.predicted().as(PREDICTED),
                        ImageColumns.score().as(SCORE),
                        ImageColumns.predicted().equalTo(truth).as(IS_RIGHT),
                        isAmongFirst.as(IS_AMONG_FIRST),
                        ImageColumns.isClassified().as(IS_CLASSIFIED),
                        isFinite(origin).as(IS_FINITE))
                .persist(StorageLevel.MEMORY_AND_DISK()));
    }

    /** Whether a classified image's scores, and its logits where the table has them, are whole and finite. */
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

    /** The condition under which an image counts, on rows as they are given to {@link #of}. */
    static Column counts(Origin origin) {
        return col(Truth.INDEX).isNotNull().and(ImageColumns.isClassified()).and(isFinite(origin));
    }

    /** Every image. */
    Dataset<Row> all() {
        return rows;
    }

    /** The images that count: classified, with finite scores and logits, and a truth that is a class of the model. */
    Dataset<Row> counting() {
        return rows.filter(col(Truth.INDEX).isNotNull().and(col(IS_CLASSIFIED)).and(col(IS_FINITE)));
    }

    /**
     * Images by what keeps them from counting.
     *
     * @param all every image
     * @param withoutTruth without a truth
     * @param notClassified with a truth, but not classified
     * @param unmatched with a truth that means no class
     * @param refusedNan classified and with a truth that is a class, but with scores or logits that are no finite numbers
     */
    record Counts(long all, long withoutTruth, long notClassified, long unmatched, long refusedNan) {}

    Counts counts() {
        Column hasTruth = col(Truth.TEXT).isNotNull();
        Column hasClass = col(Truth.INDEX).isNotNull();
        Row counts = rows.agg(
                        count(lit(1)),
                        count_if(col(Truth.TEXT).isNull()),
                        count_if(hasTruth.and(col(IS_CLASSIFIED).unary_$bang())),
                        count_if(hasTruth.and(col(Truth.INDEX).isNull())),
                        count_if(hasClass.and(col(IS_CLASSIFIED))
                                .and(col(IS_FINITE).unary_$bang())))
                .head();
        return new Counts(
                counts.getLong(0), counts.getLong(1), counts.getLong(2), counts.getLong(3), counts.getLong(4));
    }

    @Override
    public void close() {
        rows.unpersist();
    }
}
