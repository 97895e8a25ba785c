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
import dev.cardinal.zoo.ClassLabel;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Ranks the candidates of every class and takes the first. Lives on the driver; immutable. */
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

    /** The selection: class_index, class_label, rank, score, path, sha256, weight. */
    Dataset<Row> select(Candidates candidates, SparkSession spark) {
        if (bands.candidates() > 2 * bands.among(options.k())) {
            // Many share the score at which a class is cut off.
            SelectSession.limitGroupsEarly(spark, options.k());
        }
        Dataset<Row> selected = ranked(candidates, spark);
        Column copies = lit(1);
        if (options.perImage() == PerImage.BEST_CLASS) {
            selected = bestClass(selected);
            if (options.balance() == Balance.REPEAT) {
                WindowSpec ofClass = Window.partitionBy("class_index");
                selected = selected.withColumn("place", row_number().over(ofClass.orderBy("rank")))
                        .withColumn("n", count(lit(1)).over(ofClass));
                copies = copies("place", "n");
            } else {
                selected = selected.repartition(CLASS, expr("rank div " + bandRows))
                        .sortWithinPartitions("class_index", "rank");
            }
        } else if (options.balance() == Balance.REPEAT) {
            copies = copies("rank", "among");
        }
        return selected.join(broadcast(labels(spark)), CLASS.equalTo(col("labelled")))
                .select(
                        CLASS,
                        col("class_label"),
                        col("rank"),
                        col("score"),
                        col("path"),
                        col("sha256"),
                        copies.cast(DataTypes.IntegerType).as("weight"));
    }

    /** The first of every class: path, sha256, class_index, score, rank. */
    private Dataset<Row> ranked(Candidates candidates, SparkSession spark) {
        Column isInBand = CLASS.equalTo(col("of_class")).and(col("score").geq(col("lowest")));
        if (!bands.isOneAClass()) {
            isInBand = isInBand.and(col("score").lt(col("below")));
        }
        WindowSpec inBand = Window.partitionBy("band").orderBy(col("score").desc(), col("path"));
        return candidates
                .rows("path", "sha256")
                .join(broadcast(bands.table(spark).withColumnRenamed("class_index", "of_class")), isInBand)
                .select(col("path"), col("sha256"), CLASS, col("score"), col("band"), col("above"))
                .withColumn("place", row_number().over(inBand))
                .filter(col("place").leq(options.k()))
                .withColumn("rank", col("above").plus(col("place")))
                .filter(col("rank").leq(options.k()))
                .select(
                        col("path"),
                        col("sha256"),
                        CLASS,
                        col("score"),
                        col("rank").cast(DataTypes.IntegerType));
    }

    private static Dataset<Row> bestClass(Dataset<Row> selected) {
        // The hash first: paths begin alike, which makes comparing them slow.
        WindowSpec ofImage = Window.partitionBy(xxhash64(col("path")), col("path"))
                .orderBy(col("rank"), col("score").desc(), CLASS);
        return selected.withColumn("choice", row_number().over(ofImage))
                .filter(col("choice").equalTo(1))
                .drop("choice");
    }

    /** How often an image of a class counts that {@code k} are to come of: the integer part, and one more for the first. */
    private Column copies(String place, String n) {
        return expr("%1$d div %3$s + if(%2$s <= %1$d %% %3$s, 1, 0)".formatted(options.k(), place, n));
    }

    private Dataset<Row> labels(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            rows.add(RowFactory.create(c, classes.get(c).name(), bands.among(c, options.k())));
        }
        StructType schema = new StructType()
                .add("labelled", DataTypes.IntegerType, false)
                .add("class_label", DataTypes.StringType, false)
                .add("among", DataTypes.LongType, false);
        return spark.createDataFrame(rows, schema);
    }
}
