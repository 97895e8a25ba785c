package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Counts the images in the tables of one or more teachers. Lives on the driver; immutable.
 *
 * @param rows images; an image in the tables of several teachers counts once
 * @param complete images that are ok for every teacher, with the same bytes
 * @param notOk images that are ok for no teacher
 */
record TableCounts(long rows, long complete, long notOk) {

    /**
     * Counts the images.
     *
     * @throws CardinalException if a table has rows of another model, or no image is complete
     */
    static TableCounts of(List<Teacher> teachers) {
        return teachers.size() == 1 ? ofOne(teachers.get(0)) : ofSeveral(teachers);
    }

    /** Returns the number of images that are ok for only some teachers, or for all with different bytes. */
    long incomplete() {
        return rows - complete - notOk;
    }

    private static TableCounts ofOne(Teacher teacher) {
        Map<String, Long> byStatus = teacher.byStatus();
        long rows = byStatus.values().stream().mapToLong(each -> each).sum();
        long ok = byStatus.getOrDefault(Status.OK.id(), 0L);
        return new TableCounts(rows, ok, rows - ok);
    }

    private static TableCounts ofSeveral(List<Teacher> teachers) {
        teachers.forEach(Teacher::byStatus);
        Dataset<Row> all = teachers.stream()
                .map(teacher -> teacher.rows()
                        .select(
                                col("path"),
                                Teacher.isOk().cast(DataTypes.IntegerType).as("ok"),
                                when(col("sha256").isNotNull(), xxhash64(col("sha256")))
                                        .as("bytes")))
                .reduce(Dataset::union)
                .orElseThrow();
        Column isSame = coalesce(col("first").equalTo(col("last")), lit(true));
        Column isComplete = col("ok").equalTo(teachers.size()).and(isSame);
        Row counts = all.groupBy("path")
                .agg(sum("ok").as("ok"), min("bytes").as("first"), max("bytes").as("last"))
                .agg(
                        count(lit(1)),
                        sum(isComplete.cast(DataTypes.LongType)),
                        sum(col("ok").equalTo(0).cast(DataTypes.LongType)))
                .head();
        TableCounts tables = new TableCounts(counts.getLong(0), counts.getLong(1), counts.getLong(2));
        if (tables.complete() == 0) {
            throw CardinalException.input("no image is ok and has the same bytes in the predictions of every teacher: "
                    + teachers.stream()
                            .map(each -> String.join(" ", each.predictions().directories()))
                            .toList()
                    + "; name tables of the same teacher after one --predictions");
        }
        return tables;
    }
}
