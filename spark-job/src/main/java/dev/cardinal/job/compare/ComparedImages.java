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

import dev.cardinal.job.evaluate.ImageColumns;
import dev.cardinal.job.evaluate.Truth;
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
import org.apache.spark.storage.StorageLevel;

/**
 * What every teacher takes each image for, beside its truth: one small row an image, kept in Spark's cache until closed. Whoever
 * makes it closes it. Lives on the driver; not thread-safe.
 */
final class ComparedImages implements AutoCloseable {
    static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String TEACHER = "teacher";
    private static final String VERDICT = "verdict";
    private static final String IS_CLASSIFIED = "is_classified";
    private static final String IS_FINITE = "is_finite";
    private static final String OTHER_TRUTH = "other_truth";
    private static final String IS_CHANGED = "is_changed";

    private final Teachers teachers;
    private final Dataset<Row> rows;

    private ComparedImages(Teachers teachers, Dataset<Row> rows) {
        this.teachers = teachers;
        this.rows = rows;
    }

    /**
     * Puts the teachers' tables side by side.
     *
     * @throws CardinalException if they give an image different truths, and no file gives it
     * @throws IOException if a file system fails
     */
    static ComparedImages of(Teachers teachers, Truth truth, SparkSession spark) throws IOException {
        Dataset<Row> images = sideBySide(teachers, verdicts(teachers, spark));
        if (!truth.isFile()) {
            requireOneTruth(images);
        }
        return new ComparedImages(
                teachers,
                truth.join(images.drop(OTHER_TRUTH), teachers.classes()).persist(StorageLevel.MEMORY_AND_DISK()));
    }

    private static Dataset<Row> verdicts(Teachers teachers, SparkSession spark) throws IOException {
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
                                    .as(VERDICT)));
        }
        return tables.stream().reduce(Dataset::unionByName).orElseThrow();
    }

    private static Dataset<Row> sideBySide(Teachers teachers, Dataset<Row> verdicts) {
        List<Column> columns = new ArrayList<>(List.of(
                max(Truth.TEXT).as(OTHER_TRUTH),
                min(SHA256).as(SHA256),
                min(SHA256).notEqual(max(SHA256)).as(IS_CHANGED)));
        for (int t = 0; t < teachers.count(); t++) {
            columns.add(max(when(col(TEACHER).equalTo(t), col(VERDICT))).as(verdict(t)));
        }
        return verdicts.groupBy(PATH).agg(min(Truth.TEXT).as(Truth.TEXT), columns.toArray(Column[]::new));
    }

    private static void requireOneTruth(Dataset<Row> images) {
        Column isTwofold = col(Truth.TEXT).notEqual(col(OTHER_TRUTH));
        Row found = images.agg(
                        count_if(isTwofold), min(when(isTwofold, struct(col(PATH), col(Truth.TEXT), col(OTHER_TRUTH)))))
                .head();
        if (found.getLong(0) > 0) {
            Row example = found.getStruct(1);
            throw CardinalException.input("the teachers' tables give different truths to " + found.getLong(0)
                    + " images (for example " + example.getString(0) + ": '" + example.getString(1) + "' and '"
                    + example.getString(2) + "'): name the right ones with --truth");
        }
    }

    private static String verdict(int teacher) {
        return VERDICT + teacher;
    }

    /** What a teacher takes an image for, on the rows of {@link #compared()}. */
    static Column predicted(int teacher) {
        return col(verdict(teacher)).getField("index");
    }

    private static Column score(int teacher) {
        return col(verdict(teacher)).getField("score");
    }

    private static Column isClassified(int teacher) {
        return coalesce(col(verdict(teacher)).getField(IS_CLASSIFIED), lit(false));
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
        return byAll(t -> col(verdict(t)).getField(IS_FINITE));
    }

    /** Every image of any teacher. */
    Dataset<Row> all() {
        return rows;
    }

    /** The images that are compared. */
    Dataset<Row> compared() {
        return rows.filter(isComplete().and(isChanged().unary_$bang()).and(isFinite()));
    }

    /** Some compared images that not all teachers take for the same, chosen by a hash of the path. */
    Dataset<Row> disagreements(int count) {
        Column differs = IntStream.range(1, teachers.count())
                .mapToObj(t -> predicted(t).notEqual(predicted(0)))
                .reduce(Column::or)
                .orElseThrow();
        Column[] verdicts = IntStream.range(0, teachers.count())
                .mapToObj(t -> struct(predicted(t), score(t)))
                .toArray(Column[]::new);
        return compared()
                .filter(differs)
                .orderBy(xxhash64(col(PATH)), col(PATH))
                .limit(count)
                .select(col(PATH), col(Truth.INDEX), array(verdicts));
    }

    /**
     * Images by what becomes of them.
     *
     * @param all every image of any teacher
     * @param withText those with a truth, whatever it means
     * @param incomplete not classified by every teacher
     * @param changed classified by every teacher, from different bytes
     * @param refusedNan else, with a score that is no finite number
     * @param ofTeacher classified by each teacher
     */
    record Counts(long all, long withText, long incomplete, long changed, long refusedNan, List<Long> ofTeacher) {}

    Counts counts() {
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
        return new Counts(
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
