package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
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
 * How many images the tables of one or more teachers have. Lives on the driver; immutable.
 *
 * @param rows images, of several teachers each once
 * @param complete those that are ok for every teacher, with the same bytes
 * @param notOk those that are ok for no teacher
 */
record Census(long rows, long complete, long notOk) {

    /**
     * Counts.
     *
     * @throws CardinalException if a table has rows of another model, or no image is complete
     */
    static Census of(List<Teacher> teachers) {
        return teachers.size() == 1 ? ofOne(teachers.get(0)) : ofSeveral(teachers);
    }

    /** Images that are ok for some teachers, or for all but with different bytes. */
    long incomplete() {
        return rows - complete - notOk;
    }

    private static Census ofOne(Teacher teacher) {
        Map<String, Long> byStatus = teacher.byStatus();
        long rows = byStatus.values().stream().mapToLong(each -> each).sum();
        long ok = byStatus.getOrDefault(Status.OK.id(), 0L);
        return new Census(rows, ok, rows - ok);
    }

    private static Census ofSeveral(List<Teacher> teachers) {
        teachers.forEach(Teacher::byStatus);
        Dataset<Row> all = teachers.stream()
                .map(teacher -> teacher.rows(
                        col("path"),
                        Teacher.isOk().cast(DataTypes.IntegerType).as("ok"),
                        xxhash64(col("sha256")).as("bytes")))
                .reduce(Dataset::union)
                .orElseThrow();
        Column isComplete = col("ok").equalTo(teachers.size()).and(col("first").equalTo(col("last")));
        Row counts = all.groupBy("path")
                .agg(sum("ok").as("ok"), min("bytes").as("first"), max("bytes").as("last"))
                .agg(
                        count(lit(1)),
                        sum(isComplete.cast(DataTypes.LongType)),
                        sum(col("ok").equalTo(0).cast(DataTypes.LongType)))
                .head();
        Census census = new Census(counts.getLong(0), counts.getLong(1), counts.getLong(2));
        if (census.complete() == 0) {
            throw CardinalException.input("no image is ok, with the same bytes, in the predictions of every teacher: "
                    + teachers.stream()
                            .map(each -> String.join(" ", each.predictions().directories()))
                            .toList()
                    + "; parts of one teacher go behind one --predictions");
        }
        return census;
    }
}
