package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.card.ClassLabel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Finds images whose truth is probably wrong, by confident learning (Northcutt et al. 2021, arXiv 1911.00068, section 3). The threshold of
 * a class is the mean probability of the class over the images with this truth. An image is confidently of the class with the highest
 * probability among those whose probability reaches the threshold. The matrix of counts C has a row for the truth and a column for the
 * confident class; the joint Q scales each row of C to the number of images with this truth, and then to a sum of 1. Images outside of the
 * diagonal of C are issues. Suspects are ranked: issues first, then by the margin, which is the probability of the truth minus that of
 * the most probable other class. Lives on the driver, which receives one row per pair of classes that occurs. Stateless.
 */
final class Suspects {
    static final String TABLE = "suspects";
    static final String JOINT_TABLE = "joint";
    /** Tolerance of the comparison with a threshold, so that rounding does not matter. */
    static final double ROUNDING = 1e-6;

    private static final int SHOWN = 24;
    /** Sums of whole numbers do not depend on their order. */
    private static final double UNIT = 0x1p36;

    private static final StructType JUDGED = new StructType()
            .add("self_confidence", DataTypes.DoubleType, false)
            .add("margin", DataTypes.DoubleType, false)
            .add("suggested", DataTypes.IntegerType, false)
            .add("confident", DataTypes.IntegerType, true);
    private static final StructType JOINT = new StructType()
            .add("truth_index", DataTypes.IntegerType, false)
            .add("truth_label", DataTypes.StringType, false)
            .add("confident_index", DataTypes.IntegerType, false)
            .add("confident_label", DataTypes.StringType, false)
            .add("images", DataTypes.LongType, false)
            .add("joint", DataTypes.DoubleType, false);

    private Suspects() {}

    /**
     * Finds suspects, and writes two tables.
     *
     * @param rows rows of predictions tables with their truth
     * @param limit number of suspects in the table, at most
     * @param suspects place of the table of suspects, which does not exist
     * @param pairs place of the table of pairs of classes, which does not exist
     */
    static Metrics.LabelErrors write(
            Dataset<Row> rows, Predictions predictions, long limit, Path suspects, Path pairs, SparkSession spark) {
        Origin origin = predictions.origin();
        String column = predictions.numbers().orElse("predictions");
        LabelConfidence confidence = new LabelConfidence(origin.classes().size(), source(column));
        Dataset<Row> images = rows.filter(GradedPredictions.isEvaluated(origin))
                .select(
                        col("path"),
                        col(Truth.INDEX).as("truth_index"),
                        col(column).as("numbers"));
        double[] thresholds = new double[origin.classes().size()];
        long[] perTruth = new long[thresholds.length];
        Column own = udf(new OwnProbability(confidence), DataTypes.LongType).apply(col("numbers"), col("truth_index"));
        images.groupBy("truth_index")
                .agg(count(lit(1)), sum(own))
                .collectAsList()
                .forEach(row -> {
                    perTruth[row.getInt(0)] = row.getLong(1);
                    thresholds[row.getInt(0)] = row.getLong(2) / UNIT / row.getLong(1);
                });
        for (int c = 0; c < thresholds.length; c++) {
            thresholds[c] = perTruth[c] == 0 ? Double.POSITIVE_INFINITY : thresholds[c];
        }
        Column judged = udf(new Judge(confidence, thresholds), JUDGED).apply(col("numbers"), col("truth_index"));
        Dataset<Row> all = images.select(col("path"), col("truth_index"), judged.as("judged"))
                .select("path", "truth_index", "judged.*");
        List<Row> joint = joint(all, perTruth, origin.classes());
        spark.createDataFrame(joint, JOINT).coalesce(1).write().parquet(pairs.toString());
        Column isIssue = col("confident").isNotNull().and(col("confident").notEqual(col("truth_index")));
        Dataset<Row> ranked = all.withColumn("is_issue", isIssue)
                .orderBy(col("is_issue").desc(), col("margin"), col("path"))
                .limit((int) Math.min(limit, Integer.MAX_VALUE - 1))
                .withColumn(
                        "rank", row_number().over(Window.orderBy(col("is_issue").desc(), col("margin"), col("path"))));
        Dataset<Row> labels = labels(origin.classes(), spark);
        ranked.join(labels.toDF("truth_index", "truth_label"), "truth_index")
                .join(labels.toDF("suggested", "suggested_label"), "suggested")
                .select(
                        col("rank"),
                        col("path"),
                        col("truth_index"),
                        col("truth_label"),
                        col("suggested").as("suggested_index"),
                        col("suggested_label"),
                        col("is_issue"),
                        col("self_confidence"),
                        col("margin"))
                .coalesce(1)
                .sortWithinPartitions("rank")
                .write()
                .parquet(suspects.toString());
        return summary(joint, Arrays.stream(perTruth).sum(), suspects, spark);
    }

    private static LabelConfidence.Source source(String column) {
        return switch (column) {
            case Predictions.LOGITS -> LabelConfidence.Source.LOGITS;
            case Predictions.PROBABILITIES -> LabelConfidence.Source.PROBABILITIES;
            default -> LabelConfidence.Source.PREDICTIONS;
        };
    }

    /** Returns the rows of the table {@code joint/}: the pairs of classes that occur. */
    private static List<Row> joint(Dataset<Row> all, long[] perTruth, List<ClassLabel> classes) {
        List<Row> counts = all.filter(col("confident").isNotNull())
                .groupBy("truth_index", "confident")
                .count()
                .orderBy("truth_index", "confident")
                .collectAsList();
        long[] confident = new long[perTruth.length];
        counts.forEach(row -> confident[row.getInt(0)] += row.getLong(2));
        double total = 0;
        for (int c = 0; c < confident.length; c++) {
            total += confident[c] > 0 ? perTruth[c] : 0;
        }
        List<Row> joint = new ArrayList<>();
        for (Row row : counts) {
            int truth = row.getInt(0);
            int other = row.getInt(1);
            joint.add(RowFactory.create(
                    truth,
                    classes.get(truth).name(),
                    other,
                    classes.get(other).name(),
                    row.getLong(2),
                    (double) row.getLong(2) / confident[truth] * perTruth[truth] / total));
        }
        return joint;
    }

    private static Dataset<Row> labels(List<ClassLabel> classes, SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            rows.add(RowFactory.create(c, classes.get(c).name()));
        }
        return spark.createDataFrame(
                rows, new StructType().add("c", DataTypes.IntegerType, false).add("name", DataTypes.StringType, false));
    }

    private static Metrics.LabelErrors summary(List<Row> joint, long images, Path table, SparkSession spark) {
        long issues = 0;
        double share = 0;
        for (Row row : joint) {
            if (row.getInt(0) != row.getInt(2)) {
                issues += row.getLong(4);
                share += row.getDouble(5);
            }
        }
        List<Metrics.Suspect> shown = spark
                .read()
                .parquet(UserPaths.escapeGlob(table.toString()))
                .orderBy("rank")
                .limit(SHOWN)
                .select("path", "truth_label", "suggested_label", "self_confidence", "margin")
                .collectAsList()
                .stream()
                .map(row -> new Metrics.Suspect(
                        row.getString(0), row.getString(1), row.getString(2), row.getDouble(3), row.getDouble(4)))
                .toList();
        return new Metrics.LabelErrors(images, issues, share, shown);
    }

    /** Returns the probability of the truth as a whole number. */
    private record OwnProbability(LabelConfidence confidence) implements UDF2<Seq<?>, Integer, Long> {
        @Override
        public Long call(Seq<?> numbers, Integer truth) {
            return Math.round(confidence.probabilities(numbers)[truth] * UNIT);
        }
    }

    /** Returns what {@link #JUDGED} names. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of numbers, never compared
    private record Judge(LabelConfidence confidence, double[] thresholds) implements UDF2<Seq<?>, Integer, Row> {
        @Override
        public Row call(Seq<?> numbers, Integer truth) {
            double[] probabilities = confidence.probabilities(numbers);
            int suggested = LabelConfidence.bestOther(probabilities, truth);
            double own = probabilities[truth];
            @Nullable Integer confident = LabelConfidence.confident(probabilities, thresholds);
            return RowFactory.create(
                    own, own - (suggested < 0 ? 0 : probabilities[suggested]), Math.max(0, suggested), confident);
        }
    }
}
