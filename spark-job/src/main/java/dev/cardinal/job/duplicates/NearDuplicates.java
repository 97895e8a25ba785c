package dev.cardinal.job.duplicates;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Finds images that look like another one. From the image with the highest score to that with the lowest, an image stays unless one that
 * stays looks like it; if scores are equal, the path that comes first in the order of UTF-8 bytes is better. An image that looks like an
 * excluded one never stays. Everything large is calculated on executors and stored in temporary tables. Stateless.
 */
public final class NearDuplicates {
    /** Value of the column {@code reason} if a candidate looks like an excluded image. */
    public static final String LEAK = "leak";
    /** Value of the column {@code reason} if a candidate looks like a better one. */
    public static final String NEAR_DUPLICATE = "near_duplicate";

    private NearDuplicates() {}

    /**
     * Finds images whose difference hashes differ in few bits. Images without a hash look like no other.
     *
     * @param images path, score, dhash
     * @param excluded path and dhash of images that must not stay, if there are any
     * @param bits number of bits in which the hashes differ, at most
     * @return path of an image that does not stay; as {@code of}, the path of the image that it looks like: the nearest excluded image, or
     *     else the best one that stays; reason; distance in bits; and cosine, which is null
     */
    public static Dataset<Row> byHash(Dataset<Row> images, Optional<Dataset<Row>> excluded, int bits, Scratch scratch) {
        Dataset<Row> hashes = hashes(images, excluded, scratch);
        Dataset<Row> ids = hashes.select("id");
        Dataset<Row> pairs = scratch.store("pairs", HashPairs.of(ids, hashes.count(), bits));
        Dataset<Row> candidates = hashes.filter(col("path").isNotNull());
        Dataset<Row> leaks = scratch.store("leaks", leaks(hashes, pairs));
        if (excluded.isPresent()) {
            candidates = candidates.join(leaks.select("id"), "id", "left_anti");
        }
        Dataset<Row> between = excluded.isEmpty() ? pairs : between(candidates, pairs);
        return images(images, hashes, removed(candidates, between, leaks, "distance", scratch));
    }

    /**
     * Finds images of one class whose features have a high cosine similarity. The search is approximate: it finds almost all of the pairs,
     * see {@link FeaturePairs}, and no others. Images without features look like no other.
     *
     * @param images path, score, class_index
     * @param features path, features
     * @param excluded path, class_index and features of images that must not stay, if there are any
     * @param cosine least cosine similarity
     * @return as {@link #byHash}, with the cosine instead of a distance
     */
    public static Dataset<Row> byFeatures(
            Dataset<Row> images,
            Dataset<Row> features,
            Optional<Dataset<Row>> excluded,
            double cosine,
            Scratch scratch) {
        Column signature = udf(new RandomProjections(), DataTypes.createArrayType(DataTypes.LongType, false))
                .apply(col("features"));
        Dataset<Row> own = images.join(features, "path")
                .select(
                        col("path"),
                        col("score").multiply(lit(-1f)).as("neg"),
                        col("class_index"),
                        lit(false).as("is_excluded"),
                        signature.as("signature"));
        Dataset<Row> all = excluded.isEmpty()
                ? own
                : own.union(excluded.get()
                        .select(
                                col("path"),
                                lit(0f).as("neg"),
                                col("class_index"),
                                lit(true).as("is_excluded"),
                                signature.as("signature")));
        Dataset<Row> items =
                scratch.store("items", all.select(monotonically_increasing_id().as("id"), col("*")));
        Dataset<Row> vectors = features.select(col("path"), lit(false).as("is_excluded"), col("features"));
        if (excluded.isPresent()) {
            vectors = vectors.union(excluded.get().select(col("path"), lit(true).as("is_excluded"), col("features")));
        }
        Dataset<Row> pairs = scratch.store("pairs", FeaturePairs.of(items, vectors, cosine, scratch));
        Dataset<Row> candidates = items.filter(not(col("is_excluded"))).select("id", "neg", "path");
        Dataset<Row> others = items.filter(col("is_excluded"))
                .select(col("id").as("other"), col("path").as("excluded"));
        Dataset<Row> leaks = scratch.store(
                "leaks",
                eitherWay(pairs, "cosine")
                        .join(others, "other")
                        .join(candidates.select("id"), "id")
                        .groupBy("id")
                        .agg(min(struct(col("cosine").multiply(lit(-1.0)).as("negative"), col("excluded")))
                                .as("nearest"))
                        .select(
                                col("id"),
                                col("nearest.excluded").as("of"),
                                col("nearest.negative").multiply(lit(-1.0)).as("cosine")));
        Dataset<Row> remaining = candidates.join(leaks.select("id"), "id", "left_anti");
        return removed(remaining, between(remaining, pairs), leaks, "cosine", scratch)
                .join(candidates.select("id", "path"), "id")
                .select(
                        col("path"),
                        col("of"),
                        col("reason"),
                        lit(null).cast(DataTypes.IntegerType).as("distance"),
                        col("cosine"));
    }

    /** Returns each hash once: id, neg and path of the best image, n, and the first excluded path. */
    private static Dataset<Row> hashes(Dataset<Row> images, Optional<Dataset<Row>> excluded, Scratch scratch) {
        Dataset<Row> own = images.filter(col("dhash").isNotNull())
                .groupBy(col("dhash").as("id"))
                .agg(
                        min(struct(col("score").multiply(lit(-1f)).as("neg"), col("path")))
                                .as("best"),
                        count(lit(1)).as("n"))
                .select(col("id"), col("best.neg"), col("best.path"), col("n"));
        if (excluded.isEmpty()) {
            return scratch.store("hashes", own.withColumn("excluded", lit(null).cast(DataTypes.StringType)));
        }
        Dataset<Row> others = excluded.get()
                .filter(col("dhash").isNotNull())
                .groupBy(col("dhash").as("id"))
                .agg(min("path").as("excluded"));
        return scratch.store(
                "hashes",
                own.join(others, own.col("id").equalTo(others.col("id")), "full_outer")
                        .select(
                                coalesce(own.col("id"), others.col("id")).as("id"),
                                col("neg"),
                                col("path"),
                                col("n"),
                                col("excluded")));
    }

    /** Returns the hashes of candidates that are near one of an excluded image: id, of, distance. */
    private static Dataset<Row> leaks(Dataset<Row> hashes, Dataset<Row> pairs) {
        Dataset<Row> excluded =
                hashes.filter(col("excluded").isNotNull()).select(col("id").as("other"), col("excluded"));
        Dataset<Row> near = eitherWay(pairs, "distance")
                .union(excluded.select(col("other").as("id"), col("other"), lit(0).as("distance")));
        return near.join(excluded, "other")
                .join(hashes.filter(col("path").isNotNull()).select("id"), "id")
                .groupBy("id")
                .agg(min(struct(col("distance"), col("excluded"))).as("nearest"))
                .select(col("id"), col("nearest.excluded").as("of"), col("nearest.distance"));
    }

    /** Returns each pair twice, once from each of its images: id, other, measure. */
    private static Dataset<Row> eitherWay(Dataset<Row> pairs, String measure) {
        return pairs.select(col("a").as("id"), col("b").as("other"), col(measure))
                .union(pairs.select(col("b").as("id"), col("a").as("other"), col(measure)));
    }

    /** Returns the pairs of candidates. */
    private static Dataset<Row> between(Dataset<Row> candidates, Dataset<Row> pairs) {
        Dataset<Row> ids = candidates.select("id");
        return pairs.join(ids.toDF("a"), "a").join(ids.toDF("b"), "b");
    }

    /** Returns what does not stay, leaks or one of a pair: id, of, reason, measure. */
    private static Dataset<Row> removed(
            Dataset<Row> candidates, Dataset<Row> pairs, Dataset<Row> leaks, String measure, Scratch scratch) {
        return BestFirst.removed(candidates, pairs, scratch)
                .join(candidates.select(col("id").as("by"), col("path").as("of")), "by")
                .join(
                        pairs,
                        col("a").equalTo(least(col("id"), col("by")))
                                .and(col("b").equalTo(greatest(col("id"), col("by")))))
                .select(col("id"), col("of"), lit(NEAR_DUPLICATE).as("reason"), col(measure))
                .union(leaks.select(col("id"), col("of"), lit(LEAK).as("reason"), col(measure)));
    }

    /** Returns the images that do not stay, from the hashes that do not stay and those that several images have. */
    private static Dataset<Row> images(Dataset<Row> images, Dataset<Row> hashes, Dataset<Row> resolved) {
        Dataset<Row> affected = hashes.filter(col("path").isNotNull())
                .select(col("id"), col("path").as("best"), col("n"))
                .join(resolved, "id", "left")
                .filter(col("n").gt(1).or(col("of").isNotNull()))
                .drop("n");
        Column isRemoved = col("of").isNotNull();
        return images.filter(col("dhash").isNotNull())
                .join(affected, col("dhash").equalTo(col("id")))
                .filter(isRemoved.or(col("path").notEqual(col("best"))))
                .select(
                        col("path"),
                        coalesce(col("of"), col("best")).as("of"),
                        coalesce(col("reason"), lit(NEAR_DUPLICATE)).as("reason"),
                        when(isRemoved, col("distance")).otherwise(lit(0)).as("distance"),
                        lit(null).cast(DataTypes.DoubleType).as("cosine"));
    }
}
