package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;

/**
 * Images that may be selected, and how many are not and why. Lives on the driver; immutable.
 *
 * @param images path, sha256, and predictions (class_index, score), highest first; each image once
 * @param rows images in the tables
 * @param considered images that may be selected
 * @param notOk images that are ok for no teacher
 * @param incomplete images that are not ok for every teacher, or not with the same bytes
 * @param excluded images that the exclude file names
 * @param duplicates images for which another one of the same bytes stands
 */
record Considered(
        Dataset<Row> images, long rows, long considered, long notOk, long incomplete, long excluded, long duplicates) {

    private static final String EXCLUDED = "excluded";
    private static final String DUPLICATE = "duplicate";
    private static final Column[] PREDICTED = {col("path"), col("sha256"), col("predictions")};
    private static final Column[] KEYS = {col("path"), col("sha256")};

    /** Hashes that several images have, up to this number, are sent to every executor. */
    private static final long BROADCAST_AT_MOST = 5_000_000;

    /**
     * Finds the images. Those of one table with nothing to leave out and with the scores that are stored are taken from there; all
     * others are written to the run's work directory, for they are read twice.
     *
     * @throws CardinalException if a table cannot be used, or no image is ok for all teachers
     */
    static Considered of(SelectOptions options, List<Predictions> predictions, SelectOutput output, SparkSession spark)
            throws IOException {
        List<Teacher> teachers = new ArrayList<>();
        for (Predictions each : predictions) {
            teachers.add(Teacher.of(each, spark));
        }
        Considered all = teachers.size() == 1 ? ofOne(teachers.get(0)) : ofSeveral(teachers);
        Optional<Dataset<Row>> dropped = dropped(options, teachers, output, spark);
        boolean fromLogits = needsLogits(options, predictions);
        if (dropped.isEmpty() && !fromLogits && teachers.get(0).isOneTable()) {
            return all;
        }
        Dataset<Row> images = fromLogits
                ? fromLogits(options, teachers, dropped)
                : without(dropped, teachers.get(0).ok(PREDICTED));
        images.write().parquet(output.scratch("images"));
        Dataset<Row> written = spark.read().schema(images.schema()).parquet(output.scratch("images"));
        Map<String, Long> reasons = new HashMap<>();
        dropped.ifPresent(rows -> rows.groupBy("reason")
                .count()
                .collectAsList()
                .forEach(row -> reasons.put(row.getString(0), row.getLong(1))));
        return new Considered(
                written,
                all.rows(),
                written.count(),
                all.notOk(),
                all.incomplete(),
                reasons.getOrDefault(EXCLUDED, 0L),
                reasons.getOrDefault(DUPLICATE, 0L));
    }

    /** Whether scores are calculated from logits, as those that are stored will not do. */
    static boolean needsLogits(SelectOptions options, List<Predictions> predictions) {
        return options.temperature() != 1
                || predictions.size() > 1
                || options.competing() > predictions.get(0).origin().topK();
    }

    private static Considered ofOne(Teacher teacher) {
        Map<String, Long> census = teacher.census();
        long rows = census.values().stream().mapToLong(each -> each).sum();
        long ok = census.getOrDefault(Status.OK.id(), 0L);
        return new Considered(teacher.ok(PREDICTED), rows, ok, rows - ok, 0, 0, 0);
    }

    private static Considered ofSeveral(List<Teacher> teachers) {
        Dataset<Row> all = null;
        for (Teacher teacher : teachers) {
            teacher.census();
            Dataset<Row> rows = teacher.rows(
                    col("path"),
                    Teacher.isOk().cast(DataTypes.IntegerType).as("ok"),
                    xxhash64(col("sha256")).as("bytes"));
            all = all == null ? rows : all.union(rows);
        }
        if (all == null) {
            throw new IllegalStateException("no teacher");
        }
        Column complete = col("ok").equalTo(teachers.size()).and(col("first").equalTo(col("last")));
        Row counts = all.groupBy("path")
                .agg(sum("ok").as("ok"), min("bytes").as("first"), max("bytes").as("last"))
                .agg(
                        count(lit(1)),
                        sum(complete.cast(DataTypes.LongType)),
                        sum(col("ok").equalTo(0).cast(DataTypes.LongType)))
                .head();
        long rows = counts.getLong(0);
        long considered = counts.getLong(1);
        long notOk = counts.getLong(2);
        if (considered == 0) {
            throw CardinalException.input("no image is ok, with the same bytes, in the predictions of every teacher: "
                    + teachers.stream()
                            .map(each -> String.join(", ", each.predictions().directories()))
                            .toList()
                    + "; parts of one teacher go behind one --predictions");
        }
        return new Considered(teachers.get(0).ok(KEYS), rows, considered, notOk, rows - considered - notOk, 0, 0);
    }

    /** Paths of images that are ok and yet left out, with the reason; empty where nothing is to be left out. */
    private static Optional<Dataset<Row>> dropped(
            SelectOptions options, List<Teacher> teachers, SelectOutput output, SparkSession spark) throws IOException {
        if (options.exclude().isEmpty() && options.dedupe() == Dedupe.NONE) {
            return Optional.empty();
        }
        Dataset<Row> keys = teachers.get(0).ok(KEYS);
        for (Teacher other : teachers.subList(1, teachers.size())) {
            keys = joined(keys, other.ok(col("path").as("other"), col("sha256").as("bytes")))
                    .select(KEYS);
        }
        Dataset<Row> dropped = null;
        if (options.exclude().isPresent()) {
            Configuration configuration = spark.sparkContext().hadoopConfiguration();
            Dataset<Row> hashes =
                    Exclusion.open(options.exclude().get(), configuration).hashes(spark);
            Column isNamed = lower(col("sha256")).equalTo(col("excluded"));
            dropped = keys.join(hashes, isNamed, "left_semi")
                    .select(col("path"), lit(EXCLUDED).as("reason"));
            keys = keys.join(hashes, isNamed, "left_anti");
        }
        if (options.dedupe() == Dedupe.SHA256) {
            Dataset<Row> duplicates = duplicates(keys, output, spark);
            dropped = dropped == null ? duplicates : dropped.union(duplicates);
        }
        if (dropped == null) {
            throw new IllegalStateException("nothing to drop");
        }
        dropped.write().parquet(output.scratch("dropped"));
        return Optional.of(spark.read().schema(dropped.schema()).parquet(output.scratch("dropped")));
    }

    /** Of images with the same bytes all but the one whose path is the first. */
    private static Dataset<Row> duplicates(Dataset<Row> keys, SelectOutput output, SparkSession spark) {
        Dataset<Row> hashed = keys.filter(col("sha256").isNotNull()).withColumn("hash", xxhash64(col("sha256")));
        hashed.groupBy("hash")
                .count()
                .filter(col("count").gt(1))
                .select(col("hash").as("repeated"))
                .write()
                .parquet(output.scratch("repeated"));
        Dataset<Row> repeated = spark.read().parquet(output.scratch("repeated"));
        boolean isSmall = repeated.count() <= BROADCAST_AT_MOST;
        WindowSpec sameBytes = Window.partitionBy("sha256").orderBy("path");
        return hashed.join(isSmall ? broadcast(repeated) : repeated, col("hash").equalTo(col("repeated")), "left_semi")
                .withColumn("place", row_number().over(sameBytes))
                .filter(col("place").gt(1))
                .select(col("path"), lit(DUPLICATE).as("reason"));
    }

    private static Dataset<Row> without(Optional<Dataset<Row>> dropped, Dataset<Row> images) {
        return dropped.isEmpty()
                ? images
                : images.join(
                        dropped.get().select(col("path").as("dropped")),
                        col("path").equalTo(col("dropped")),
                        "left_anti");
    }

    private static Dataset<Row> fromLogits(
            SelectOptions options, List<Teacher> teachers, Optional<Dataset<Row>> dropped) {
        Dataset<Row> images = without(
                dropped,
                teachers.get(0)
                        .ok(
                                col("path"),
                                col("sha256"),
                                array(col(Predictions.LOGITS)).as("all")));
        for (Teacher other : teachers.subList(1, teachers.size())) {
            images = joined(
                            images,
                            other.ok(col("path").as("other"), col("sha256").as("bytes"), col(Predictions.LOGITS)))
                    .select(
                            col("path"),
                            col("sha256"),
                            concat(col("all"), array(col(Predictions.LOGITS))).as("all"));
        }
        int classes = teachers.get(0).predictions().origin().classes().size();
        Softmax softmax = new Softmax(classes, options.competing(), options.temperature());
        return images.select(
                col("path"),
                col("sha256"),
                udf(softmax, Teacher.PREDICTIONS).apply(col("path"), col("all")).as("predictions"));
    }

    /** Images that another teacher has as well, with the same bytes. */
    private static Dataset<Row> joined(Dataset<Row> images, Dataset<Row> other) {
        return images.join(
                other, col("path").equalTo(col("other")).and(col("sha256").eqNullSafe(col("bytes"))));
    }
}
