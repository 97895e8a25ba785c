package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Measures the precision of a selection up to several ranks. Weights are ignored: a selected image counts once for each class that
 * selected it. An image whose truth is not a class of the model counts as wrong. Aggregates in Spark; the driver receives one row
 * per class. Lives on the driver; immutable.
 */
final class SelectionPrecision {
    private static final String SELECTED_PATH = "selected_path";
    /** Columns of a row: selected images that are in the predictions, one example, and the first count. */
    private static final int KNOWN = 2;

    private static final int EXAMPLE = 3;
    private static final int FIRST_COUNT = 4;

    private final Selection selection;
    private final List<ClassLabel> classes;
    private final Dataset<Row> rows;
    private final int largestRank;

    private SelectionPrecision(Selection selection, List<ClassLabel> classes, Dataset<Row> rows, int largestRank) {
        this.selection = selection;
        this.classes = List.copyOf(classes);
        this.rows = rows;
        this.largestRank = largestRank;
    }

    /**
     * Opens a selection and checks its classes.
     *
     * @throws CardinalException if they differ from the model's
     */
    static SelectionPrecision of(Selection selection, List<ClassLabel> classes, SparkSession spark) {
        Dataset<Row> rows = selection
                .rows(spark)
                .select(
                        col("class_index"),
                        col("class_label"),
                        col("rank"),
                        col("path").as(SELECTED_PATH));
        int largestRank = 0;
        for (Row row : rows.groupBy("class_index")
                .agg(min("class_label"), max("rank"))
                .orderBy("class_index")
                .collectAsList()) {
            int index = row.getInt(0);
            String name =
                    index >= 0 && index < classes.size() ? classes.get(index).name() : null;
            if (!row.getString(1).equals(name)) {
                throw CardinalException.input(
                        "selection " + selection.directory() + " comes from another model: its class "
                                + index + " is '" + row.getString(1) + "', but the model of the predictions "
                                + (name == null ? "has no such class" : "has '" + name + "' there"));
            }
            largestRank = Math.max(largestRank, row.getInt(2));
        }
        return new SelectionPrecision(selection, classes, rows, largestRank);
    }

    /**
     * Measures the precision.
     *
     * @param images images with their paths and truths
     * @param at ranks; empty for the selection's K, or else its largest rank, and the halves of that
     * @throws CardinalException if none of the selected images is among the images
     */
    List<Metrics.PrecisionAt> measure(Dataset<Row> images, List<Integer> at) {
        Dataset<Row> joined = rows.join(
                images.select(GradedPredictions.PATH, Truth.TEXT, Truth.INDEX),
                col(SELECTED_PATH).equalTo(col(GradedPredictions.PATH)),
                "left");
        List<Integer> ranks = at.isEmpty()
                ? Selection.defaultRanks(selection.k().orElse(largestRank))
                : List.copyOf(new TreeSet<>(at));
        List<Column> counts = new ArrayList<>(List.of(count(col(GradedPredictions.PATH)), min(SELECTED_PATH)));
        for (int rank : ranks) {
            Column isSelected = col("rank").leq(rank);
            counts.add(count_if(isSelected));
            counts.add(count_if(isSelected.and(col(Truth.TEXT).isNotNull())));
            counts.add(count_if(isSelected.and(col(Truth.INDEX).equalTo(col("class_index")))));
        }
        List<Row> found = joined.groupBy("class_index")
                .agg(count(lit(1)), counts.toArray(Column[]::new))
                .collectAsList();
        requireKnown(found);
        return IntStream.range(0, ranks.size())
                .mapToObj(r -> at(ranks.get(r), found, FIRST_COUNT + 3 * r))
                .toList();
    }

    private void requireKnown(List<Row> found) {
        if (!found.isEmpty() && found.stream().allMatch(row -> row.getLong(KNOWN) == 0)) {
            throw CardinalException.input("selection " + selection.directory() + " contains none of the images of these"
                    + " predictions (it has, for example, " + found.get(0).getString(EXAMPLE)
                    + "): name the predictions from which it was made");
        }
    }

    private Metrics.PrecisionAt at(int rank, List<Row> found, int column) {
        Map<Integer, Row> byClass = new HashMap<>();
        found.forEach(row -> byClass.put(row.getInt(0), row));
        List<Metrics.ClassPrecision> perClass = new ArrayList<>();
        long selected = 0;
        long withTruth = 0;
        long right = 0;
        for (int c = 0; c < classes.size(); c++) {
            Row row = byClass.get(c);
            Metrics.ClassPrecision of = row == null
                    ? of(c, 0, 0, 0)
                    : of(c, row.getLong(column), row.getLong(column + 1), row.getLong(column + 2));
            perClass.add(of);
            selected += of.selected();
            withTruth += of.withTruth();
            right += of.right();
        }
        boolean isKnown = withTruth > 0;
        Interval share = Interval.wilson(right, withTruth);
        return new Metrics.PrecisionAt(
                rank,
                selected,
                withTruth,
                isKnown ? share.value() : null,
                isKnown ? share.low() : null,
                isKnown ? share.high() : null,
                perClass);
    }

    private Metrics.ClassPrecision of(int c, long selected, long withTruth, long right) {
        boolean isKnown = withTruth > 0;
        Interval share = Interval.wilson(right, withTruth);
        return new Metrics.ClassPrecision(
                c,
                classes.get(c).name(),
                selected,
                withTruth,
                right,
                isKnown ? share.value() : null,
                isKnown ? share.low() : null,
                isKnown ? share.high() : null);
    }
}
