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
import dev.cardinal.job.label.PredictionTable;
import dev.cardinal.job.report.LabelSummary.NotOk;
import dev.cardinal.job.report.LabelSummary.Predicted;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.jspecify.annotations.Nullable;

/** Summarises a predictions table in Spark: two passes over its rows, of which the driver sees one row a class and a sample. */
final class LabelData {
    private static final int SAMPLE = 48;
    private static final int NOT_OK = 8;

    private LabelData() {}

    /** Summarises a table, without thumbnails. */
    static LabelSummary read(PredictionTable table, JsonNode run, SparkSession spark) throws IOException {
        Optional<Dataset<Row>> rows = table.rows(spark);
        if (rows.isEmpty()) {
            return new LabelSummary(run, Histogram.empty(), List.of(), List.of(), List.of(), Map.of());
        }
        Dataset<Row> ok = rows.get().filter(col("status").equalTo(Status.OK.id()));
        List<Predicted> classes = new ArrayList<>();
        long[] bins = new long[Histogram.BINS];
        for (Row row : classes(ok)) {
            classes.add(new Predicted(
                    row.getInt(0),
                    row.getString(1),
                    row.getLong(2),
                    row.isNullAt(3) ? null : (Double) row.getDouble(3)));
            for (int bin = 0; bin < bins.length; bin++) {
                bins[bin] += row.getLong(4 + bin);
            }
        }
        classes.sort(Comparator.comparingLong(Predicted::images).reversed().thenComparingInt(Predicted::index));
        List<Long> counts = new ArrayList<>();
        for (long bin : bins) {
            counts.add(bin);
        }
        return new LabelSummary(run, new Histogram(counts), classes, sample(ok), notOk(rows.get()), Map.of());
    }

    private static List<Row> classes(Dataset<Row> ok) {
        Column score = col("first.score");
        List<Column> aggregates = new ArrayList<>();
        aggregates.add(avg(when(not(isnan(score)), score)));
        aggregates.addAll(bins(score));
        return ok.select(try_element_at(col("predictions"), lit(1)).as("first"))
                .filter(col("first").isNotNull())
                .groupBy(col("first.class_index"), col("first.label"))
                .agg(count(lit(1)), aggregates.toArray(Column[]::new))
                .collectAsList();
    }

    /**
     * How many scores lie in each part of a histogram. Edges are floats, as scores are: a score of 0.35 lies on the edge 7/20.
     * What lies beyond an end, as rounding may have it, counts at that end; what is no finite number counts nowhere.
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

    private static List<Picture> sample(Dataset<Row> ok) {
        List<Picture> pictures = new ArrayList<>();
        for (Row row : ok.select(
                        col("path"),
                        col("truth"),
                        try_element_at(col("predictions"), lit(1)).as("first"))
                .filter(col("first").isNotNull())
                .orderBy(xxhash64(col("path")), col("path"))
                .limit(SAMPLE)
                .select("path", "truth", "first.label", "first.score")
                .collectAsList()) {
            pictures.add(Picture.predicted(
                    row.getString(0), row.getString(2), (double) row.getFloat(3), text(row, 1), Picture.Mark.NONE));
        }
        return pictures;
    }

    private static List<NotOk> notOk(Dataset<Row> rows) {
        List<NotOk> some = new ArrayList<>();
        for (Row row : rows.filter(col("status").notEqual(Status.OK.id()))
                .select("path", "status", "error")
                .withColumn(
                        "rank",
                        row_number().over(Window.partitionBy("status").orderBy(xxhash64(col("path")), col("path"))))
                .filter(col("rank").leq(NOT_OK))
                .orderBy("status", "rank")
                .collectAsList()) {
            some.add(new NotOk(row.getString(0), row.getString(1), text(row, 2)));
        }
        return some;
    }

    static @Nullable String text(Row row, int column) {
        return row.isNullAt(column) ? null : row.getString(column);
    }
}
