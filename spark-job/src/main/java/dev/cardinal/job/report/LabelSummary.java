package dev.cardinal.job.report;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.report.GalleryItem.Mark;
import dev.cardinal.udf.image.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Summary of a predictions table and of its last run.
 *
 * @param run record of the last run
 * @param scores scores of the first predictions
 * @param classes classes of the first predictions, the most frequent first, without classes that were never predicted
 * @param sample random sample of images
 * @param notOk some rows that are not ok
 */
record LabelSummary(
        JsonNode run, Histogram scores, List<Predicted> classes, List<GalleryItem> sample, List<NotOk> notOk) {
    /** Score of the first prediction. Programs such as pandas rewrite it as double. */
    private static final Column SCORE = col("first.score").cast(DataTypes.FloatType);

    private static final int SAMPLE = 48;
    private static final int NOT_OK = 8;

    LabelSummary {
        classes = List.copyOf(classes);
        sample = List.copyOf(sample);
        notOk = List.copyOf(notOk);
    }

    /**
     * A class of first predictions.
     *
     * @param index index of the class
     * @param label name of the class
     * @param images number of images with this first prediction
     * @param meanScore mean score of these images, null if there is none
     */
    record Predicted(
            int index, String label, long images, @Nullable Double meanScore) {}

    /**
     * A row without predictions.
     *
     * @param path path of the image
     * @param status status of the row
     * @param error reason of the status, or null
     */
    record NotOk(String path, String status, @Nullable String error) {}

    /** Summarizes a table. */
    static LabelSummary of(Optional<Dataset<Row>> rows, JsonNode run) {
        if (rows.isEmpty()) {
            return new LabelSummary(run, Histogram.empty(), List.of(), List.of(), List.of());
        }
        Dataset<Row> ok = rows.get().filter(col("status").equalTo(Status.OK.id()));
        List<Predicted> classes = new ArrayList<>();
        long[] bins = new long[Histogram.BINS];
        for (Row row : classes(ok)) {
            classes.add(new Predicted(row.getInt(0), row.getString(1), row.getLong(2), row.<@Nullable Double>getAs(3)));
            for (int bin = 0; bin < bins.length; bin++) {
                bins[bin] += row.getLong(4 + bin);
            }
        }
        classes.sort(Comparator.comparingLong(Predicted::images).reversed().thenComparingInt(Predicted::index));
        Histogram scores = new Histogram(Arrays.stream(bins).boxed().toList());
        return new LabelSummary(run, scores, classes, sample(ok), notOk(rows.get()));
    }

    private static List<Row> classes(Dataset<Row> ok) {
        List<Column> aggregates = new ArrayList<>();
        aggregates.add(avg(when(not(isnan(SCORE)), SCORE)));
        aggregates.addAll(bins(SCORE));
        return ok.select(try_element_at(col("predictions"), lit(1)).as("first"))
                .filter(col("first").isNotNull())
                .groupBy(col("first.class_index").cast(DataTypes.IntegerType), col("first.label"))
                .agg(count(lit(1)), aggregates.toArray(Column[]::new))
                .collectAsList();
    }

    /**
     * Returns expressions that count the scores in each bin of a histogram. Bounds are floats like the scores, so that a score of 0.35 is
     * exactly at the bound 7/20. Scores outside of 0 to 1, which rounding can produce, count in the first or last bin; NaN and infinite
     * scores are not counted.
     */
    static List<Column> bins(Column score) {
        List<Column> counts = new ArrayList<>();
        for (int bin = 0; bin < Histogram.BINS; bin++) {
            Column isAbove = bin == 0 ? score.geq(lit(-Float.MAX_VALUE)) : score.geq(lit(edge(bin)));
            boolean isLast = bin + 1 == Histogram.BINS;
            Column isIn = isAbove.and(isLast ? score.leq(lit(Float.MAX_VALUE)) : score.lt(lit(edge(bin + 1))));
            counts.add(sum(when(isIn, 1L).otherwise(0L)));
        }
        return counts;
    }

    private static float edge(int number) {
        return (float) ((double) number / Histogram.BINS);
    }

    private static List<GalleryItem> sample(Dataset<Row> ok) {
        return ok
                .select(
                        col("path"),
                        col("truth"),
                        try_element_at(col("predictions"), lit(1)).as("first"))
                .filter(col("first").isNotNull())
                .orderBy(xxhash64(col("path")), col("path"))
                .limit(SAMPLE)
                .select(col("path"), col("truth"), col("first.label"), SCORE)
                .collectAsList()
                .stream()
                .map(row -> GalleryItem.predicted(
                        row.getString(0), row.getString(2), (double) row.getFloat(3), row.getString(1), Mark.NONE))
                .toList();
    }

    private static List<NotOk> notOk(Dataset<Row> rows) {
        return rows
                .filter(col("status").notEqual(Status.OK.id()))
                .select("path", "status", "error")
                .withColumn(
                        "rank",
                        row_number().over(Window.partitionBy("status").orderBy(xxhash64(col("path")), col("path"))))
                .filter(col("rank").leq(NOT_OK))
                .orderBy("status", "rank")
                .collectAsList()
                .stream()
                .map(row -> new NotOk(row.getString(0), row.getString(1), row.getString(2)))
                .toList();
    }
}
