package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;

import dev.cardinal.job.duplicates.NearDuplicates;
import dev.cardinal.job.duplicates.Scratch;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.select.SelectOptions.Dedupe;
import dev.cardinal.job.select.SelectOptions.Dedupe.Method;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Images that are not selected because they look like another one. Lives on the driver; immutable.
 *
 * @param table the table {@code duplicates/}; empty if the options do not compare pictures
 * @param leaks number of images that look like an excluded one
 * @param nearDuplicates number of images that look like a better one
 */
record SimilarImages(Optional<Dataset<Row>> table, long leaks, long nearDuplicates) {
    static final SimilarImages NONE = new SimilarImages(Optional.empty(), 0, 0);

    /** Returns the column of predictions tables by which pictures are compared. */
    static Optional<String> column(Dedupe dedupe) {
        return switch (dedupe.method()) {
            case NONE, SHA256 -> Optional.empty();
            case NEAR -> Optional.of(Predictions.DHASH);
            case FEATURES -> Optional.of(Predictions.FEATURES);
        };
    }

    /**
     * Finds these images, and stores the table.
     *
     * @param images path, sha256 and predictions; stored
     * @param compared path and the column by which pictures are compared
     * @param exclusion images that the others must not look like
     * @throws CardinalException if the excluded images do not have this column
     */
    static SimilarImages of(
            Dataset<Row> images,
            Dataset<Row> compared,
            Dedupe dedupe,
            Optional<Exclusion> exclusion,
            SelectOutput output,
            Scratch scratch) {
        Column first = get(col("predictions"), lit(0));
        Dataset<Row> scored = images.select(
                col("path"),
                coalesce(first.getField("score"), lit(0f)).as("score"),
                coalesce(first.getField("class_index"), lit(-1)).as("class_index"));
        Dataset<Row> found;
        if (dedupe.method() == Method.NEAR) {
            Optional<Dataset<Row>> excluded =
                    exclusion.flatMap(each -> each.images(scratch.spark(), Predictions.DHASH));
            found = NearDuplicates.byHash(scored.join(compared, "path"), excluded, (int) dedupe.limit(), scratch);
        } else {
            Optional<Dataset<Row>> excluded = exclusion
                    .flatMap(each -> each.images(scratch.spark(), Predictions.FEATURES, "predictions"))
                    .map(each -> each.filter(col("predictions").isNotNull())
                            .select(
                                    col("path"),
                                    coalesce(first.getField("class_index"), lit(-1))
                                            .as("class_index"),
                                    col(Predictions.FEATURES)));
            found = NearDuplicates.byFeatures(scored, compared, excluded, dedupe.limit(), scratch);
        }
        String path = output.table(SelectOutput.DUPLICATES);
        found.write().parquet(path);
        Dataset<Row> table = scratch.spark().read().schema(found.schema()).parquet(UserPaths.escapeGlob(path));
        Map<String, Long> reasons = new HashMap<>();
        table.groupBy("reason").count().collectAsList().forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
        return new SimilarImages(
                Optional.of(table),
                reasons.getOrDefault(NearDuplicates.LEAK, 0L),
                reasons.getOrDefault(NearDuplicates.NEAR_DUPLICATE, 0L));
    }

    /** Returns the images that do not look like another one. */
    Dataset<Row> removeFrom(Dataset<Row> images) {
        return table.map(each -> images.join(
                        each.select(col("path").as("similar_path")),
                        col("path").equalTo(col("similar_path")),
                        "left_anti"))
                .orElse(images);
    }
}
