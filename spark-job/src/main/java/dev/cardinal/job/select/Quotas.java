package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import dev.cardinal.job.duplicates.Scratch;
import dev.cardinal.job.select.ClassRules.Quota;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Limits the candidates of a class that come from one source. Stateless. */
final class Quotas {
    private static final String SOURCE = "quota_source";

    private Quotas() {}

    /**
     * Returns, for every class and source, the candidates with the highest scores; if scores are equal, the path that comes first wins.
     *
     * @param candidates candidates without NaN, whose images have the quota's column
     */
    static Candidates apply(Candidates candidates, Quota quota, Scratch scratch) {
        Column source = col(SOURCE);
        WindowSpec ofSource = Window.partitionBy(col("class_index"), source)
                .orderBy(col("score").desc(), col("path"));
        SelectSession.limitGroupsEarly(scratch.spark(), quota.images());
        Dataset<Row> within = scratch.store(
                "within_quotas",
                candidates
                        .rows("path", "sha256", quota.column())
                        .withColumnRenamed(quota.column(), SOURCE)
                        .withColumn("place", row_number().over(ofSource))
                        .filter(col("place").leq(quota.images()))
                        .select("path", "sha256", "class_index", "score"));
        SelectSession.limitGroupsAfterShuffle(scratch.spark());
        return candidates.of(within);
    }
}
