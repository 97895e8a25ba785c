package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.udf.fs.UserPaths;
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
 * Images that are excluded because of their bytes: the exclude file lists them, or another image has the same bytes. Lives on the
 * driver; immutable.
 *
 * @param paths the images' paths, as column {@code excluded_path}
 * @param excluded number of images that the exclude file lists
 * @param duplicates number of images that it does not list and that have the same bytes as another image
 */
record ExcludedImages(Dataset<Row> paths, long excluded, long duplicates) {
    private static final String EXCLUDED = "excluded";
    private static final String DUPLICATE = "duplicate";

    /** If at most this many hashes occur several times, they are sent to every executor. */
    private static final long BROADCAST_AT_MOST = 5_000_000;

    /**
     * Finds these images and stores them in the run's work directory.
     *
     * @param images path and sha256 of all candidates' images
     * @return empty if the options exclude nothing
     */
    static Optional<ExcludedImages> of(
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
        if (dedupe.equals(Dedupe.SHA256)) {
            Dataset<Row> duplicates = reason(duplicates(remaining, output, spark), DUPLICATE);
            found = found == null ? duplicates : found.union(duplicates);
        }
        return found == null ? Optional.empty() : Optional.of(store(found, output, spark));
    }

    private static Dataset<Row> reason(Dataset<Row> images, String reason) {
        return images.select(col("path").as("excluded_path"), lit(reason).as("reason"));
    }

    private static ExcludedImages store(Dataset<Row> found, SelectOutput output, SparkSession spark) {
        found.write().parquet(output.scratch("excluded"));
        Dataset<Row> written =
                spark.read().schema(found.schema()).parquet(UserPaths.escapeGlob(output.scratch("excluded")));
        Map<String, Long> reasons = new HashMap<>();
        written.groupBy("reason").count().collectAsList().forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
        return new ExcludedImages(
                written.select("excluded_path"),
                reasons.getOrDefault(EXCLUDED, 0L),
                reasons.getOrDefault(DUPLICATE, 0L));
    }

    /** Returns, of images with the same bytes, all except the one whose path comes first. Sorts only images that share a hash. */
    private static Dataset<Row> duplicates(Dataset<Row> images, SelectOutput output, SparkSession spark) {
        Dataset<Row> hashed = images.filter(col("sha256").isNotNull()).withColumn("hash", xxhash64(col("sha256")));
        hashed.groupBy("hash")
                .count()
                .filter(col("count").gt(1))
                .select(col("hash").as("repeated"))
                .write()
                .parquet(output.scratch("repeated"));
        Dataset<Row> repeated = spark.read().parquet(UserPaths.escapeGlob(output.scratch("repeated")));
        boolean isSmall = repeated.count() <= BROADCAST_AT_MOST;
        WindowSpec sameBytes = Window.partitionBy("sha256").orderBy("path");
        return hashed.join(isSmall ? broadcast(repeated) : repeated, col("hash").equalTo(col("repeated")), "left_semi")
                .withColumn("place", row_number().over(sameBytes))
                .filter(col("place").gt(1));
    }

    /** Returns the images that are not excluded. */
    Dataset<Row> removeFrom(Dataset<Row> images) {
        return images.join(paths, col("path").equalTo(col("excluded_path")), "left_anti");
    }
}
