package dev.cardinal.job.compare;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.common.RowCache;
import dev.cardinal.job.truth.ImageColumns;
import dev.cardinal.job.truth.MatchedTruth;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The top prediction of every teacher for each image, with its truth: one small row per image, in Spark's cache until closed. The
 * caller of {@link #of} closes it. Lives on the driver; not thread-safe.
 */
final class ComparedImages implements AutoCloseable {
    static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String TEACHER = "teacher";
    private static final String TOP = "top";
    private static final String IS_CLASSIFIED = "is_classified";
    private static final String IS_FINITE = "is_finite";
    private static final String OTHER_TRUTH = "other_truth";
    private static final String IS_CHANGED = "is_changed";

    private final Teachers teachers;
    private final MatchedTruth matched;
    private final Dataset<Row> rows;

    private ComparedImages(Teachers teachers, MatchedTruth matched, Dataset<Row> rows) {
        this.teachers = teachers;
        this.matched = matched;
        this.rows = rows;
    }

    /**
     * Joins the teachers' tables.
     *
     * @throws CardinalException if one has no rows
     * @throws IOException if a file system fails
     */
    static ComparedImages of(Teachers teachers, Truth truth, SparkSession spark) throws IOException {
        Dataset<Row> tables = topPredictions(teachers, spark);
        MatchedTruth matched = truth.match(joined(teachers, tables), tables, teachers.classes());
        return new ComparedImages(teachers, matched, RowCache.persist(matched.rows()));
    }

    private static Dataset<Row> topPredictions(Teachers teachers, SparkSession spark) throws IOException {
        List<Dataset<Row>> tables = new ArrayList<>();
        for (int t = 0; t < teachers.count(); t++) {
            tables.add(teachers.all()
                    .get(t)
                    .rows(spark)
                    .select(
                            lit(t).as(TEACHER),
                            col(PATH),
                            col(SHA256),
                            col(Truth.TEXT),
                            struct(
                                            ImageColumns.isClassified().as(IS_CLASSIFIED),
                                            coalesce(ImageColumns.hasFiniteScores(), lit(false))
                                                    .as(IS_FINITE),
                                            ImageColumns.predicted().as("index"),
                                            ImageColumns.score().as("score"))
                                    .as(TOP)));
        }
        return tables.stream().reduce(Dataset::unionByName).orElseThrow();
    }

    private static Dataset<Row> joined(Teachers teachers, Dataset<Row> topPredictions) {
        List<Column> columns = new ArrayList<>(List.of(
                max(Truth.TEXT).as(OTHER_TRUTH),
                min(SHA256).as(SHA256),
                min(SHA256).notEqual(max(SHA256)).as(IS_CHANGED)));
        for (int t = 0; t < teachers.count(); t++) {
            columns.add(max(when(col(TEACHER).equalTo(t), col(TOP))).as(top(t)));
        }
        return topPredictions.groupBy(PATH).agg(min(Truth.TEXT).as(Truth.TEXT), columns.toArray(Column[]::new));
    }

    /**
     * Checks that the tables agree about the truth, if it comes from them.
     *
     * @throws CardinalException if they disagree
     */
    void requireOneTruth() {
        Column isAmbiguous = col(Truth.TEXT).notEqual(col(OTHER_TRUTH));
        Row found = rows.agg(
                        count_if(isAmbiguous),
                        min(when(isAmbiguous, struct(col(PATH), col(Truth.TEXT), col(OTHER_TRUTH)))))
                .head();
        if (found.getLong(0) > 0) {
            Row example = found.getStruct(1);
            throw CardinalException.input("the teachers' tables give different truths to " + found.getLong(0)
                    + " images (for example " + example.getString(0) + ": '" + example.getString(1) + "' and '"
                    + example.getString(2) + "'): name a truth file with --truth");
        }
    }

    private static String top(int teacher) {
        return TOP + teacher;
    }

    /** Returns the class that a teacher predicts, as a column on the rows of {@link #compared()}. */
    static Column predicted(int teacher) {
        return col(top(teacher)).getField("index");
    }

    private static Column score(int teacher) {
        return col(top(teacher)).getField("score");
    }

    private static Column isClassified(int teacher) {
        return coalesce(col(top(teacher)).getField(IS_CLASSIFIED), lit(false));
    }

    private Column byAll(IntFunction<Column> condition) {
        return IntStream.range(0, teachers.count())
                .mapToObj(condition)
                .reduce(Column::and)
                .orElseThrow();
    }

    private Column isComplete() {
        return byAll(ComparedImages::isClassified);
    }

    private static Column isChanged() {
        return coalesce(col(IS_CHANGED), lit(false));
    }

    private Column isFinite() {
        return byAll(t -> col(top(t)).getField(IS_FINITE));
    }

    /** Returns sentences about how the truth of the compared images was read. */
    List<String> notes(PairCounts counts) {
        return matched.notes(
                counts.withTruth() + counts.unmatched(),
                counts.unmatched(),
                counts.ambiguous(),
                counts.ambiguousExample());
    }

    /** Returns every image of any teacher. */
    Dataset<Row> all() {
        return rows;
    }

    /** Returns the images that are compared. */
    Dataset<Row> compared() {
        return rows.filter(isComplete().and(isChanged().unary_$bang()).and(isFinite()));
    }

    /** Returns some compared images on which teachers disagree, chosen by a hash of the path. */
    Dataset<Row> disagreements(int count) {
        Column differs = IntStream.range(1, teachers.count())
                .mapToObj(t -> predicted(t).notEqual(predicted(0)))
                .reduce(Column::or)
                .orElseThrow();
        Column[] topPredictions = IntStream.range(0, teachers.count())
                .mapToObj(t -> struct(predicted(t), score(t)))
                .toArray(Column[]::new);
        return compared()
                .filter(differs)
                .orderBy(xxhash64(col(PATH)), col(PATH))
                .limit(count)
                .select(col(PATH), col(Truth.INDEX), array(topPredictions));
    }

    /**
     * Numbers of images by whether they are compared, and why not.
     *
     * @param all every image of any teacher
     * @param withText images with a truth, even if it does not match a class
     * @param incomplete images that were not classified by every teacher
     * @param changed images that every teacher classified, from different bytes
     * @param refusedNan other images with a score that is NaN or infinite
     * @param ofTeacher images that each teacher classified
     */
    record ComparedCounts(
            long all, long withText, long incomplete, long changed, long refusedNan, List<Long> ofTeacher) {}

    ComparedCounts counts() {
        Column isComplete = isComplete();
        List<Column> columns = new ArrayList<>(List.of(
                count(col(Truth.TEXT)),
                count_if(isComplete.unary_$bang()),
                count_if(isComplete.and(isChanged())),
                count_if(
                        isComplete.and(isChanged().unary_$bang()).and(isFinite().unary_$bang()))));
        for (int t = 0; t < teachers.count(); t++) {
            columns.add(count_if(isClassified(t)));
        }
        Row row = rows.agg(count(lit(1)), columns.toArray(Column[]::new)).head();
        return new ComparedCounts(
                row.getLong(0),
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                IntStream.range(0, teachers.count())
                        .mapToObj(t -> row.getLong(5 + t))
                        .toList());
    }

    @Override
    public void close() {
        rows.unpersist();
    }
}
