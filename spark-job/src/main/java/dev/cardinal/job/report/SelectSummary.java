package dev.cardinal.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.udf.fs.UserPaths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * Summary of a selection and its run.
 *
 * @param run record of the run
 * @param classes all classes, by index
 * @param scores selected scores
 * @param sheets images of some classes
 * @param similar some images that were not selected because they look like another one
 */
record SelectSummary(
        JsonNode run, List<SelectedClass> classes, Histogram scores, List<Sheet> sheets, List<SimilarPair> similar) {
    /** Number of classes with images. */
    private static final int SHEETS = 6;
    /** Number of images with the highest, and with the lowest scores of a class. */
    private static final int OF_EACH_END = 5;

    /** Number of pairs that are shown for each reason. */
    private static final int PAIRS = 12;

    SelectSummary {
        classes = List.copyOf(classes);
        sheets = List.copyOf(sheets);
        similar = List.copyOf(similar);
    }

    /**
     * An image that was not selected, and the one that it looks like.
     *
     * @param isLeak whether that is an excluded image
     * @param path path of the image
     * @param of path of the image that it looks like
     * @param likeness how similar they are, in words
     */
    record SimilarPair(boolean isLeak, String path, String of, String likeness) {}

    /**
     * Images of one class.
     *
     * @param of the class
     * @param highest its images with the highest scores
     * @param lowest its images with the lowest scores, in order of rank; empty if {@code highest} has all images
     */
    record Sheet(SelectedClass of, List<GalleryItem> highest, List<GalleryItem> lowest) {
        Sheet {
            highest = List.copyOf(highest);
            lowest = List.copyOf(lowest);
        }
    }

    /** Summarizes the output of a finished {@code select}. */
    static SelectSummary read(Path output, JsonNode run, SparkSession spark) {
        List<SimilarPair> similar = similar(output, run, spark);
        List<SelectedClass> classes = new ArrayList<>();
        for (Row row : read(output, "classes", spark)
                .select("class_index", "class_label", "candidates", "selected", "cut_off_score", "short_by")
                .orderBy("class_index")
                .collectAsList()) {
            classes.add(new SelectedClass(
                    row.getInt(0),
                    row.getString(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.isNullAt(4) ? Double.NaN : row.getFloat(4),
                    row.isNullAt(5) ? 0 : row.getLong(5)));
        }
        if (classes.stream().allMatch(of -> of.selected() == 0)) {
            return new SelectSummary(run, classes, Histogram.empty(), List.of(), similar);
        }
        Dataset<Row> selection = read(output, "selection", spark);
        return new SelectSummary(run, classes, scores(selection), sheets(selection, classes), similar);
    }

    /** Returns pairs that differ most, because these are most likely to be wrong; leaks come first. */
    private static List<SimilarPair> similar(Path output, JsonNode run, SparkSession spark) {
        JsonNode counts = run.path("counts");
        if (Json.count(counts, "leaks") + Json.count(counts, "near_duplicates") == 0) {
            return List.of();
        }
        List<SimilarPair> pairs = new ArrayList<>();
        for (String reason : List.of("leak", "near_duplicate")) {
            read(output, "duplicates", spark)
                    .filter(col("reason").equalTo(reason))
                    .orderBy(col("distance").desc(), col("cosine"), col("path"))
                    .limit(PAIRS)
                    .select("path", "of", "distance", "cosine")
                    .collectAsList()
                    .forEach(row -> pairs.add(new SimilarPair(
                            reason.equals("leak"),
                            row.getString(0),
                            row.getString(1),
                            row.isNullAt(2)
                                    ? PageText.format("cosine %.3f", row.getDouble(3))
                                    : PageText.count(row.getInt(2), "bit differs", "bits differ"))));
        }
        return pairs;
    }

    private static Dataset<Row> read(Path output, String table, SparkSession spark) {
        return spark.read().parquet(UserPaths.escapeGlob(new Path(output, table).toString()));
    }

    private static Histogram scores(Dataset<Row> selection) {
        List<Column> bins = LabelSummary.bins(col("score"));
        Row row = selection
                .agg(bins.get(0), bins.subList(1, bins.size()).toArray(Column[]::new))
                .head();
        return new Histogram(IntStream.range(0, bins.size())
                .mapToObj(bin -> row.isNullAt(bin) ? 0L : row.getLong(bin))
                .toList());
    }

    private static List<Sheet> sheets(Dataset<Row> selection, List<SelectedClass> classes) {
        List<SelectedClass> shown = atEvenSteps(classes.stream()
                .filter(of -> of.selected() > 0)
                .sorted(Comparator.comparingDouble(SelectedClass::cutOff).reversed())
                .toList());
        Map<Integer, List<GalleryItem>> highest =
                items(selection, shown, col("rank").asc());
        Map<Integer, List<GalleryItem>> lowest =
                items(selection, shown, col("rank").desc());
        List<Sheet> sheets = new ArrayList<>();
        for (SelectedClass of : shown) {
            List<GalleryItem> first = highest.getOrDefault(of.index(), List.of());
            List<GalleryItem> last = new ArrayList<>(lowest.getOrDefault(of.index(), List.of()));
            last.removeAll(first);
            sheets.add(new Sheet(of, first, last));
        }
        return sheets;
    }

    private static List<SelectedClass> atEvenSteps(List<SelectedClass> ranked) {
        if (ranked.size() <= SHEETS) {
            return ranked;
        }
        return IntStream.range(0, SHEETS)
                .mapToObj(i -> ranked.get(i * (ranked.size() - 1) / (SHEETS - 1)))
                .toList();
    }

    /** Returns the first images of each class in a given order, sorted by rank. */
    private static Map<Integer, List<GalleryItem>> items(
            Dataset<Row> selection, List<SelectedClass> classes, Column order) {
        Object[] indices = classes.stream().map(SelectedClass::index).toArray();
        Map<Integer, List<GalleryItem>> items = new HashMap<>();
        for (Row row : selection
                .filter(col("class_index").isin(indices))
                .withColumn(
                        "place",
                        row_number().over(Window.partitionBy("class_index").orderBy(order)))
                .filter(col("place").leq(OF_EACH_END))
                .select("class_index", "class_label", "path", "score", "rank")
                .orderBy("class_index", "rank")
                .collectAsList()) {
            items.computeIfAbsent(row.getInt(0), index -> new ArrayList<>())
                    .add(GalleryItem.predicted(
                            row.getString(2), row.getString(1), (double) row.getFloat(3), null, GalleryItem.Mark.NONE));
        }
        return items;
    }
}
