package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.UserPath;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Images that could be selected but for their bytes: those that an exclude file names, and those for which another one with the same
 * bytes stands. Lives on the driver; immutable.
 *
 * @param paths the images, as column {@code left_out}
 * @param excluded number of those that the exclude file names
 * @param duplicates number of those that have the bytes of another one that it does not name
 */
record LeftOut(Dataset<Row> paths, long excluded, long duplicates) {
    private static final String EXCLUDED = "excluded";
    private static final String DUPLICATE = "duplicate";

    /** Hashes that several images have, up to this number, are sent to every executor. */
    private static final long BROADCAST_AT_MOST = 5_000_000;

    /**
     * Finds them and keeps them in the run's work directory.
     *
     * @param images path and sha256 of all images in question
     * @return empty where the options leave nothing out
     */
    static Optional<LeftOut> of(
            Dataset<Row> images,
            Optional<Exclusion> exclusion,
            Dedupe dedupe,
            SelectOutput output,
            SparkSession spark) {
        Dataset<Row> remaining = images;
        Dataset<Row> found = null;
        if (exclusion.isPresent()) {
            Dataset<Row> hashes = exclusion.get().hashes(spark);
            Column isNamed = lower(col("sha256")).equalTo(col("excluded"));
            found = reason(images.join(hashes, isNamed, "left_semi"), EXCLUDED);
            remaining = images.join(hashes, isNamed, "left_anti");
        }
        if (dedupe == Dedupe.SHA256) {
            Dataset<Row> duplicates = reason(duplicates(remaining, output, spark), DUPLICATE);
            found = found == null ? duplicates : found.union(duplicates);
        }
        return found == null ? Optional.empty() : Optional.of(kept(found, output, spark));
    }

    private static Dataset<Row> reason(Dataset<Row> images, String reason) {
        return images.select(col("path").as("left_out"), lit(reason).as("reason"));
    }

    private static LeftOut kept(Dataset<Row> found, SelectOutput output, SparkSession spark) {
        found.write().parquet(output.scratch("left-out"));
        Dataset<Row> written =
                spark.read().schema(found.schema()).parquet(UserPath.literal(output.scratch("left-out")));
        Map<String, Long> reasons = new HashMap<>();
        written.groupBy("reason").count().collectAsList().forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
        return new LeftOut(
                written.select("left_out"), reasons.getOrDefault(EXCLUDED, 0L), reasons.getOrDefault(DUPLICATE, 0L));
    }

    /** Of images with the same bytes all but the one whose path is the first. Only those that share a hash are sorted. */
    private static Dataset<Row> duplicates(Dataset<Row> images, SelectOutput output, SparkSession spark) {
        Dataset<Row> hashed = images.filter(col("sha256").isNotNull()).withColumn("hash", xxhash64(col("sha256")));
        hashed.groupBy("hash")
                .count()
                .filter(col("count").gt(1))
                .select(col("hash").as("repeated"))
                .write()
                .parquet(output.scratch("repeated"));
        Dataset<Row> repeated = spark.read().parquet(UserPath.literal(output.scratch("repeated")));
        boolean isSmall = repeated.count() <= BROADCAST_AT_MOST;
        WindowSpec sameBytes = Window.partitionBy("sha256").orderBy("path");
        return hashed.join(isSmall ? broadcast(repeated) : repeated, col("hash").equalTo(col("repeated")), "left_semi")
                .withColumn("place", row_number().over(sameBytes))
                .filter(col("place").gt(1));
    }

    /** Images that are not left out. */
    Dataset<Row> removeFrom(Dataset<Row> images) {
        return images.join(paths, col("path").equalTo(col("left_out")), "left_anti");
    }
}
