package dev.cardinal.job.export;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.export.ExportOptions.ExportBalance;
import dev.cardinal.job.export.ExportOptions.SamplesPerImage;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Divides a selection into samples, splits and shards. Samples of a class are sorted by a pseudo-random number and dealt to the shards
 * one after another, as cards are; the next class begins at the next shard. Shards of a split therefore have equal numbers of samples,
 * and of each class, to within one. A shard is sorted by the pseudo-random number. Lives on the driver.
 */
final class SamplePlan {
    private static final long MILLION = 1_000_000;
    private static final StructType CLASS_COUNTS = new StructType()
            .add("split", DataTypes.StringType)
            .add("class_index", DataTypes.IntegerType)
            .add("have", DataTypes.LongType)
            .add("want", DataTypes.LongType)
            .add("begin", DataTypes.LongType);

    private final Dataset<Row> samples;
    private final List<ClassShare> counts;
    private final ExportOptions options;

    /**
     * How many samples a class has in a split.
     *
     * @param have number of images
     * @param want number of samples, with repetitions
     */
    private record ClassShare(String split, int classIndex, long have, long want) {}

    /**
     * Number of shards of each split.
     *
     * @param train number of shards of the split train
     * @param holdout number of shards of the split holdout
     */
    record ShardCounts(int train, int holdout) {
        List<ShardName> shards() {
            List<ShardName> shards = new ArrayList<>();
            for (int i = 0; i < train; i++) {
                shards.add(new ShardName(ShardName.TRAIN, i));
            }
            for (int i = 0; i < holdout; i++) {
                shards.add(new ShardName(ShardName.HOLDOUT, i));
            }
            return shards;
        }
    }

    private SamplePlan(Dataset<Row> samples, List<ClassShare> counts, ExportOptions options) {
        this.samples = samples;
        this.counts = counts;
        this.options = options;
    }

    /** @param selection rows of {@link SelectionTables#rows} */
    static SamplePlan of(Dataset<Row> selection, ExportOptions options) {
        Dataset<Row> samples = samples(selection, options)
                .withColumn("class_index", col("classes").getItem(0).getField("class_index"))
                .withColumn("split", split(options.holdout()));
        List<Row> rows = samples.groupBy("split", "class_index")
                .agg(count(lit(1)))
                .orderBy(col("split"), col("class_index"))
                .collectAsList();
        long largest = rows.stream()
                .filter(row -> row.getString(0).equals(ShardName.TRAIN))
                .mapToLong(row -> row.getLong(2))
                .max()
                .orElse(0);
        List<ClassShare> counts = rows.stream()
                .map(row -> new ClassShare(
                        row.getString(0),
                        row.getInt(1),
                        row.getLong(2),
                        repeats(options) && row.getString(0).equals(ShardName.TRAIN) ? largest : row.getLong(2)))
                .toList();
        return new SamplePlan(samples, counts, options);
    }

    private static boolean repeats(ExportOptions options) {
        return options.samples().balance() == ExportBalance.REPEAT;
    }

    private static Dataset<Row> samples(Dataset<Row> selection, ExportOptions options) {
        // Highest score first; if scores are equal, the lower class index.
        Column ofClass = struct(
                col("score").multiply(lit(-1f)).as("order"),
                col("class_index"),
                col("score"),
                col("rank"),
                col("weight"));
        return options.samples().perImage() == SamplesPerImage.ONCE
                ? selection
                        .groupBy("path")
                        .agg(
                                first("sha256").as("sha256"),
                                sort_array(collect_list(ofClass)).as("classes"))
                : selection.select(col("path"), col("sha256"), array(ofClass).as("classes"));
    }

    /** Images with equal bytes are in the same split. The seed does not matter, so that a split stays as it is. */
    private static Column split(double holdout) {
        Column share = pmod(xxhash64(lit("holdout"), coalesce(col("sha256"), col("path"))), lit(MILLION));
        return when(share.lt(lit(Math.round(holdout * MILLION))), lit(ShardName.HOLDOUT))
                .otherwise(lit(ShardName.TRAIN));
    }

    /** Returns the number of samples of all splits. */
    long size() {
        return counts.stream().mapToLong(ClassShare::want).sum();
    }

    /** Returns some samples, the same every time. */
    Dataset<Row> some(int number) {
        return samples.orderBy(order(lit(0)), col("path"), col("class_index")).limit(number);
    }

    /** Returns into how many shards the samples are divided. */
    ShardCounts shards(double meanBytes) {
        return new ShardCounts(shards(ShardName.TRAIN, meanBytes), shards(ShardName.HOLDOUT, meanBytes));
    }

    private int shards(String split, double meanBytes) {
        return options.shards().shards(size(split), meanBytes);
    }

    private long size(String split) {
        return counts.stream()
                .filter(each -> each.split().equals(split))
                .mapToLong(ClassShare::want)
                .sum();
    }

    private Column order(Column copy) {
        return xxhash64(lit(options.seed()), col("path"), col("class_index"), copy);
    }

    /** Returns every sample with its split, its shard in the split, and the number that sorts it. */
    Dataset<Row> samples(ShardCounts shards, SparkSession spark) {
        Dataset<Row> repeated = samples.join(broadcast(classCounts(spark)), new String[] {"split", "class_index"});
        Column within = row_number()
                .over(Window.partitionBy("split", "class_index").orderBy(col("order"), col("path"), col("copy")));
        if (repeats(options)) {
            Column number =
                    row_number().over(Window.partitionBy("split", "class_index").orderBy(order(lit(0)), col("path")));
            Column copies = col("want")
                    .minus(col("number"))
                    .divide(col("have"))
                    .cast("bigint")
                    .plus(lit(1));
            repeated = repeated.withColumn("number", number)
                    .withColumn("copy", explode(sequence(lit(1), copies.cast("int"))));
        } else {
            repeated = repeated.withColumn("copy", lit(1));
        }
        Column ofSplit = when(col("split").equalTo(ShardName.TRAIN), lit(Math.max(1, shards.train())))
                .otherwise(lit(Math.max(1, shards.holdout())));
        return repeated.withColumn("order", order(col("copy")))
                .withColumn("within", within)
                .withColumn(
                        "shard",
                        pmod(col("begin").plus(col("within")).minus(lit(1)), ofSplit)
                                .cast("int"))
                .select("split", "shard", "order", "copy", "class_index", "path", "sha256", "classes");
    }

    private Dataset<Row> classCounts(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        String split = "";
        long begin = 0;
        for (ClassShare each : counts) {
            if (!each.split().equals(split)) {
                split = each.split();
                begin = 0;
            }
            rows.add(RowFactory.create(each.split(), each.classIndex(), each.have(), each.want(), begin));
            begin += each.want();
        }
        return spark.createDataFrame(rows, CLASS_COUNTS);
    }
}
