package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import dev.cardinal.job.duplicates.Scratch;
import dev.cardinal.job.select.ClassRules.Quota;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Limits the candidates of a class that come from one source, and those of a group of classes. The candidates with the highest scores
 * remain; if scores are equal, the path that comes first wins, then the class. All methods expect candidates without NaN. Lives on the
 * driver; immutable.
 *
 * @param scratch place for the candidates that remain
 */
record Quotas(Scratch scratch) {
    private static final Column CLASS = col("class_index");
    /** Column of the images with the value that a quota counts by. */
    static final String SOURCE = "quota_source";

    /** Limits the candidates of every class and source; the images have the column {@link #SOURCE}. */
    Candidates ofSources(Candidates candidates, Quota quota) {
        Dataset<Row> rows = candidates.rows("path", "sha256", SOURCE);
        return candidates.of(best(rows, quota.images(), "within_quotas", CLASS, col(SOURCE)));
    }

    /** Limits the candidates of every group. An image counts for each class of the group in which it competes. */
    Candidates ofGroups(Candidates candidates, ClassGroups groups, long images) {
        return candidates.of(best(candidates.rows("path", "sha256"), images, "within_groups", groups.of(CLASS)));
    }

    private Dataset<Row> best(Dataset<Row> rows, long images, String name, Column... partition) {
        SelectSession.limitGroupsEarly(scratch.spark(), images);
        Dataset<Row> best = scratch.store(
                name,
                rows.withColumn(
                                "place",
                                row_number()
                                        .over(Window.partitionBy(partition)
                                                .orderBy(col("score").desc(), col("path"), CLASS)))
                        .filter(col("place").leq(images))
                        .select("path", "sha256", "class_index", "score"));
        SelectSession.limitGroupsAfterShuffle(scratch.spark());
        return best;
    }
}
