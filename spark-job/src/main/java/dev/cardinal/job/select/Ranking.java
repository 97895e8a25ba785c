package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.select.SelectOptions.Balance;
import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.zoo.card.ClassLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Ranks the candidates of every class and selects the first. Lives on the driver; immutable. */
final class Ranking {
    private static final Column CLASS = col("class_index");

    private final SelectOptions options;
    private final Bands bands;
    private final List<ClassLabel> classes;
    private final long bandRows;

    Ranking(SelectOptions options, Bands bands, List<ClassLabel> classes, long bandRows) {
        this.options = options;
        this.bands = bands;
        this.classes = List.copyOf(classes);
        this.bandRows = bandRows;
    }

    /** Returns the selection: class_index, class_label, rank, score, path, sha256, weight. */
    Dataset<Row> select(Candidates candidates, SparkSession spark) {
        if (bands.bands().stream().anyMatch(band -> band.n() / 2 > bands.most())) {
            // Many candidates share the cut-off score of their class.
            SelectSession.limitGroupsEarly(spark, bands.most());
        }
        Dataset<Row> selected = ranked(candidates, spark);
        Column copies = lit(1);
        if (options.perImage() == PerImage.BEST_CLASS) {
            selected = bestClass(selected);
            if (options.balance() == Balance.REPEAT) {
                WindowSpec ofClass = Window.partitionBy("class_index");
                selected = selected.withColumn("place", row_number().over(ofClass.orderBy("rank")))
                        .withColumn("n", count(lit(1)).over(ofClass));
                copies = copies("place", "n", "k");
            } else {
                selected = selected.repartition(CLASS, expr("rank div " + bandRows))
                        .sortWithinPartitions("class_index", "rank");
            }
        } else if (options.balance() == Balance.REPEAT) {
            copies = copies("rank", "among", "k");
        }
        return selected.join(broadcast(labels(spark)), CLASS.equalTo(col("labeled")))
                .select(
                        CLASS,
                        col("class_label"),
                        col("rank"),
                        col("score"),
                        col("path"),
                        col("sha256"),
                        copies.cast(DataTypes.IntegerType).as("weight"));
    }

    /** Returns the first candidates of every class: path, sha256, class_index, score, rank. */
    private Dataset<Row> ranked(Candidates candidates, SparkSession spark) {
        Column isInBand = CLASS.equalTo(col("of_class")).and(col("score").geq(col("lowest")));
        if (!bands.isOneAClass()) {
            isInBand = isInBand.and(col("score").lt(col("below")));
        }
        WindowSpec inBand = Window.partitionBy("band").orderBy(col("score").desc(), col("path"));
        return candidates
                .rows("path", "sha256")
                .join(broadcast(bands.table(spark)), isInBand)
                .select(col("path"), col("sha256"), CLASS, col("score"), col("band"), col("above"), col("k"))
                .withColumn("place", row_number().over(inBand))
                .filter(col("place").leq(bands.most()))
                .withColumn("rank", col("above").plus(col("place")))
                .filter(col("rank").leq(col("k")))
                .select(
                        col("path"),
                        col("sha256"),
                        CLASS,
                        col("score"),
                        col("rank").cast(DataTypes.IntegerType));
    }

    private static Dataset<Row> bestClass(Dataset<Row> selected) {
        // The hash comes first, because comparing paths with long common prefixes is slow.
        WindowSpec ofImage = Window.partitionBy(xxhash64(col("path")), col("path"))
                .orderBy(col("rank"), col("score").desc(), CLASS);
        return selected.withColumn("choice", row_number().over(ofImage))
                .filter(col("choice").equalTo(1))
                .drop("choice");
    }

    /** Returns how often an image counts so that its class has {@code k}: k div n times, and once more for the first k mod n. */
    private static Column copies(String place, String n, String k) {
        return expr(String.format(Locale.ROOT, "%1$s div %3$s + if(%2$s <= %1$s %% %3$s, 1, 0)", k, place, n));
    }

    private Dataset<Row> labels(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            rows.add(RowFactory.create(
                    c, classes.get(c).name(), bands.among(c), bands.limits().get(c)));
        }
        StructType schema = new StructType()
                .add("labeled", DataTypes.IntegerType, false)
                .add("class_label", DataTypes.StringType, false)
                .add("among", DataTypes.LongType, false)
                .add("k", DataTypes.LongType, false);
        return spark.createDataFrame(rows, schema);
    }
}
