package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.udf;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Images that may be selected, and how many others there are. Lives on the driver; immutable.
 *
 * @param images path, sha256, and predictions (class_index, score), highest first; each image once
 * @param count number of them
 * @param census images of the tables
 * @param excluded images that the exclude file names
 * @param duplicates images for which another one of the same bytes stands
 */
record Considered(Dataset<Row> images, long count, Census census, long excluded, long duplicates) {
    private static final Column PATH = col("path");
    private static final Column SHA256 = col("sha256");
    private static final Column LOGITS = col(Predictions.LOGITS);
    private static final StructType IMAGES = new StructType()
            .add("path", DataTypes.StringType)
            .add("sha256", DataTypes.StringType)
            .add("predictions", Teacher.PREDICTIONS);

    /**
     * Finds the images. Those of one table with nothing to leave out and with the scores that are stored are taken from there; all
     * others are written to the run's work directory, for they are read twice.
     *
     * @throws CardinalException if a table cannot be used, or no image is ok for all teachers
     * @throws IOException if a file system fails
     */
    static Considered of(SelectOptions options, RequestCheck checked, SelectOutput output, SparkSession spark)
            throws IOException {
        List<Teacher> teachers = new ArrayList<>();
        for (Predictions each : checked.teachers()) {
            teachers.add(Teacher.of(each, spark));
        }
        Teacher first = teachers.get(0);
        Census census = Census.of(teachers);
        Optional<LeftOut> leftOut = LeftOut.of(keys(teachers), checked.exclusion(), options.dedupe(), output, spark);
        boolean fromLogits = needsLogits(options, checked.teachers());
        if (leftOut.isEmpty() && !fromLogits && first.isOneTable()) {
            return new Considered(first.ok(PATH, SHA256, col("predictions")), census.complete(), census, 0, 0);
        }
        Dataset<Row> images = fromLogits
                ? fromLogits(options, teachers, leftOut)
                : without(leftOut, first.ok(PATH, SHA256, col("predictions")));
        images.write().parquet(output.scratch("images"));
        Dataset<Row> written = spark.read().schema(IMAGES).parquet(UserPath.literal(output.scratch("images")));
        return new Considered(
                written,
                written.count(),
                census,
                leftOut.map(LeftOut::excluded).orElse(0L),
                leftOut.map(LeftOut::duplicates).orElse(0L));
    }

    /** Whether scores are calculated from logits, as those that are stored will not do. */
    static boolean needsLogits(SelectOptions options, List<Predictions> teachers) {
        return options.temperature() != 1
                || teachers.size() > 1
                || options.competing() > teachers.get(0).origin().topK();
    }

    /** Path and sha256 of images that are ok for all teachers. */
    private static Dataset<Row> keys(List<Teacher> teachers) {
        Dataset<Row> keys = teachers.get(0).ok(PATH, SHA256);
        for (Teacher other : teachers.subList(1, teachers.size())) {
            keys = joined(keys, other).select(PATH, SHA256);
        }
        return keys;
    }

    private static Dataset<Row> fromLogits(SelectOptions options, List<Teacher> teachers, Optional<LeftOut> leftOut) {
        Dataset<Row> images =
                without(leftOut, teachers.get(0).ok(PATH, SHA256, array(LOGITS).as("all")));
        for (Teacher other : teachers.subList(1, teachers.size())) {
            images = joined(images, other, LOGITS)
                    .select(PATH, SHA256, concat(col("all"), array(LOGITS)).as("all"));
        }
        int classes = teachers.get(0).predictions().origin().classes().size();
        Softmax softmax = new Softmax(classes, options.competing(), options.temperature());
        return images.select(
                PATH,
                SHA256,
                udf(softmax, Teacher.PREDICTIONS).apply(PATH, col("all")).as("predictions"));
    }

    /** Images that another teacher has as well, with the same bytes, and these columns of it. */
    private static Dataset<Row> joined(Dataset<Row> images, Teacher other, Column... columns) {
        List<Column> read = new ArrayList<>(List.of(PATH.as("other"), SHA256.as("bytes")));
        read.addAll(List.of(columns));
        return images.join(
                other.ok(read.toArray(Column[]::new)),
                PATH.equalTo(col("other")).and(SHA256.eqNullSafe(col("bytes"))));
    }

    private static Dataset<Row> without(Optional<LeftOut> leftOut, Dataset<Row> images) {
        return leftOut.isEmpty() ? images : leftOut.get().removeFrom(images);
    }
}
