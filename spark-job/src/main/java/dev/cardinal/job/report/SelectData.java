package dev.cardinal.job.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cardinal.job.UserPath;
import dev.cardinal.job.report.SelectSummary.Sheet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/** Summarises a selection in Spark: the driver sees one row a class and the images that are shown. */
final class SelectData {
    /** Classes whose images are shown, and images of each end of them: as many as a page may have. */
    private static final int SHEETS = 6;

    private static final int OF_EACH_END = 5;

    private SelectData() {}

    /** Summarises what a finished {@code select} has written, without thumbnails. */
    static SelectSummary read(Path output, JsonNode run, SparkSession spark) {
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
            return new SelectSummary(run, classes, Histogram.empty(), List.of(), Map.of());
        }
        Dataset<Row> selection = read(output, "selection", spark);
        return new SelectSummary(run, classes, scores(selection), sheets(selection, classes), Map.of());
    }

    private static Dataset<Row> read(Path output, String table, SparkSession spark) {
        return spark.read().parquet(UserPath.literal(new Path(output, table).toString()));
    }

    private static Histogram scores(Dataset<Row> selection) {
        List<Column> bins = LabelData.bins(col("score"));
        Row row = selection
                .agg(bins.get(0), bins.subList(1, bins.size()).toArray(Column[]::new))
                .head();
        List<Long> counts = new ArrayList<>();
        for (int bin = 0; bin < bins.size(); bin++) {
            counts.add(row.isNullAt(bin) ? 0 : row.getLong(bin));
        }
        return new Histogram(counts);
    }

    private static List<Sheet> sheets(Dataset<Row> selection, List<SelectedClass> classes) {
        List<SelectedClass> shown = atEvenSteps(classes.stream()
                .filter(of -> of.selected() > 0)
                .sorted(Comparator.comparingDouble(SelectedClass::cutOff).reversed())
                .toList());
        Map<Integer, List<Picture>> highest =
                pictures(selection, shown, col("rank").asc());
        Map<Integer, List<Picture>> lowest =
                pictures(selection, shown, col("rank").desc());
        List<Sheet> sheets = new ArrayList<>();
        for (SelectedClass of : shown) {
            List<Picture> first = highest.getOrDefault(of.index(), List.of());
            List<Picture> last = new ArrayList<>(lowest.getOrDefault(of.index(), List.of()));
            last.removeAll(first);
            sheets.add(new Sheet(of, first, last));
        }
        return sheets;
    }

    private static List<SelectedClass> atEvenSteps(List<SelectedClass> ranked) {
        if (ranked.size() <= SHEETS) {
            return ranked;
        }
        List<SelectedClass> some = new ArrayList<>();
        for (int i = 0; i < SHEETS; i++) {
            some.add(ranked.get(i * (ranked.size() - 1) / (SHEETS - 1)));
        }
        return some;
    }

    /** The first images of each class in an order, in the order of their ranks. */
    private static Map<Integer, List<Picture>> pictures(
            Dataset<Row> selection, List<SelectedClass> classes, Column order) {
        Object[] indices = classes.stream().map(SelectedClass::index).toArray();
        Map<Integer, List<Picture>> pictures = new HashMap<>();
        for (Row row : selection
                .filter(col("class_index").isin(indices))
                .withColumn(
                        "place",
                        row_number().over(Window.partitionBy("class_index").orderBy(order)))
                .filter(col("place").leq(OF_EACH_END))
                .select("class_index", "class_label", "path", "score", "rank")
                .orderBy("class_index", "rank")
                .collectAsList()) {
            pictures.computeIfAbsent(row.getInt(0), index -> new ArrayList<>())
                    .add(Picture.predicted(
                            row.getString(2), row.getString(1), (double) row.getFloat(3), null, Picture.Mark.NONE));
        }
        return pictures;
    }
}
