package dev.cardinal.job.duplicates;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Chooses which of similar items stay: from the best to the worst, an item stays unless one that stays is similar to it. An item is
 * therefore never removed because of one that is removed itself. One task holds four bytes per item that has a similar one. Stateless.
 */
final class BestFirst {
    private static final StructType POSITIONS =
            new StructType().add("id", DataTypes.LongType, false).add("position", DataTypes.IntegerType, false);
    private static final StructType REMOVED =
            new StructType().add("worse", DataTypes.IntegerType, false).add("better", DataTypes.IntegerType, false);

    private BestFirst() {}

    /**
     * Returns the items that do not stay: {@code id}, and as {@code by} the best similar item that stays.
     *
     * @param items id, neg (the negative score) and path, by which the best item comes first
     * @param pairs a, b: the ids of two similar items
     */
    static Dataset<Row> removed(Dataset<Row> items, Dataset<Row> pairs, Scratch scratch) {
        Dataset<Row> similar = pairs.select(col("a").as("similar"))
                .union(pairs.select(col("b").as("similar")))
                .distinct();
        JavaRDD<Row> sorted = items.join(similar, col("id").equalTo(col("similar")), "left_semi")
                .orderBy("neg", "path")
                .select("id")
                .javaRDD()
                .zipWithIndex()
                .map(each -> RowFactory.create(each._1().getLong(0), Math.toIntExact(each._2())));
        Dataset<Row> positions = scratch.store("positions", scratch.spark().createDataFrame(sorted, POSITIONS));
        int count = Math.toIntExact(positions.count());
        Dataset<Row> edges = pairs.join(positions.toDF("a", "position_a"), "a")
                .join(positions.toDF("b", "position_b"), "b")
                .select(
                        least(col("position_a"), col("position_b")).as("better"),
                        greatest(col("position_a"), col("position_b")).as("worse"))
                .repartition(1)
                .sortWithinPartitions("better", "worse");
        JavaRDD<Row> removed = edges.javaRDD().mapPartitions(rows -> removed(rows, count));
        return scratch.store("removed_positions", scratch.spark().createDataFrame(removed, REMOVED))
                .join(positions.toDF("id", "worse"), "worse")
                .join(positions.toDF("by", "better"), "better")
                .select("id", "by");
    }

    /**
     * Returns the positions of items that do not stay, and of those because of which they do not.
     *
     * @param edges positions of the better and the worse item of each pair, sorted
     * @param count number of positions
     */
    private static Iterator<Row> removed(Iterator<Row> edges, int count) {
        int[] removedBy = new int[edges.hasNext() ? count : 0]; // 1 + position, 0 if the item stays
        while (edges.hasNext()) {
            Row edge = edges.next();
            int better = edge.getInt(0);
            int worse = edge.getInt(1);
            // All better items have been decided before, because their edges come first.
            if (removedBy[better] == 0 && removedBy[worse] == 0) {
                removedBy[worse] = 1 + better;
            }
        }
        List<Row> removed = new ArrayList<>();
        for (int worse = 0; worse < removedBy.length; worse++) {
            if (removedBy[worse] > 0) {
                removed.add(RowFactory.create(worse, removedBy[worse] - 1));
            }
        }
        return removed.iterator();
    }
}
