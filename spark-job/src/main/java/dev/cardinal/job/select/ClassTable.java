package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import dev.cardinal.job.select.SelectOptions.PerImage;
import dev.cardinal.job.select.SelectResult.ClassSelection;
import dev.cardinal.zoo.card.ClassLabel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Summarizes a selection by class, and writes the table {@code classes/}. Stateless. */
final class ClassTable {
    private static final StructType SCHEMA = new StructType()
            .add("class_index", DataTypes.IntegerType, false)
            .add("class_label", DataTypes.StringType, false)
            .add("candidates", DataTypes.LongType, false)
            .add("selected", DataTypes.LongType, false)
            .add("cut_off_score", DataTypes.FloatType)
            .add("short_by", DataTypes.LongType, false);

    private ClassTable() {}

    /**
     * Returns one entry per class, read from the written selection.
     *
     * @throws IllegalStateException if a class selected another number of images than the bands predict
     */
    static List<ClassSelection> of(
            SelectOptions options, Bands bands, List<ClassLabel> classes, Dataset<Row> selection) {
        Map<Integer, Row> written = new HashMap<>();
        selection
                .groupBy("class_index")
                .agg(count(lit(1)), min("score"))
                .collectAsList()
                .forEach(row -> written.put(row.getInt(0), row));
        List<ClassSelection> table = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Row row = written.get(c);
            long selected = row == null ? 0 : row.getLong(1);
            long expected = bands.among(c);
            if (options.perImage() == PerImage.EVERY_CLASS && selected != expected) {
                throw new IllegalStateException("class " + c + " selected " + selected + " images, but " + expected
                        + " were counted before: did the predictions change during the run?");
            }
            table.add(new ClassSelection(
                    c,
                    classes.get(c).name(),
                    bands.totals().get(c),
                    selected,
                    row == null ? null : (Float) row.getFloat(2),
                    bands.limits().get(c) == SelectOptions.ALL
                            ? 0
                            : bands.limits().get(c) - selected));
        }
        return table;
    }

    static void write(List<ClassSelection> table, SparkSession spark, String directory) {
        List<Row> rows = table.stream()
                .map(each -> RowFactory.create(
                        each.classIndex(),
                        each.label(),
                        each.candidates(),
                        each.selected(),
                        each.cutOffScore(),
                        each.shortBy()))
                .toList();
        spark.createDataFrame(rows, SCHEMA).coalesce(1).write().parquet(directory);
    }
}
