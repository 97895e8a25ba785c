package dev.cardinal.job.select;

import dev.cardinal.job.label.Predictions;
import dev.cardinal.udf.task.PackedValues;
import dev.cardinal.zoo.CardinalException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Bands of scores that contain the first candidates of every class. One task sorts each band. Lives on the driver; immutable.
 *
 * @param bands bands by class and falling score; the bands of a class do not overlap
 * @param totals number of candidates by class index
 * @param limits number of images that each class selects at most, by class index
 * @param hasNan whether a score is NaN or infinite
 */
record Bands(List<Band> bands, List<Long> totals, List<Long> limits, boolean hasNan) {
    private static final StructType SCHEMA = new StructType()
            .add("band", DataTypes.IntegerType, false)
            .add("of_class", DataTypes.IntegerType, false)
            .add("lowest", DataTypes.FloatType, false)
            .add("below", DataTypes.FloatType, false)
            .add("above", DataTypes.LongType, false)
            .add("k", DataTypes.LongType, false);

    Bands {
        bands = List.copyOf(bands);
        totals = List.copyOf(totals);
        limits = List.copyOf(limits);
    }

    /**
     * A range of scores of one class.
     *
     * @param classIndex index of the class
     * @param above number of candidates of the class with higher scores
     * @param n number of candidates in the band
     * @param lowest lowest score in the band
     */
    record Band(int classIndex, long above, long n, float lowest) implements Serializable {}

    private record OfClass(int classIndex, long total, boolean hasNan, List<Band> bands) implements Serializable {}

    /**
     * Counts candidates in one pass over their classes and scores.
     *
     * @param limits for each class, the bands contain at least this many candidates, or all of them if it has fewer
     * @param bandRows approximate number of candidates in a band; a class with more is divided if its scores differ
     * @throws CardinalException if the model does not have the class of a candidate; it is the cause of Spark's exception
     */
    static Bands of(Candidates candidates, ClassLimits limits, long bandRows) {
        int classes = limits.limits().size();
        JavaRDD<InternalRow> rows = ((org.apache.spark.sql.classic.Dataset<Row>) candidates.rows())
                .queryExecution()
                .toRdd()
                .toJavaRDD();
        JavaPairRDD<Integer, ScoreHistogram> counted = rows.mapPartitionsToPair(each -> count(each, classes));
        List<OfClass> collected = PackedValues.collect(counted.combineByKey(
                        histogram -> histogram,
                        ScoreHistogram::and,
                        ScoreHistogram::and,
                        new HashPartitioner(Math.max(1, Math.min(counted.getNumPartitions(), classes))),
                        true,
                        new JavaSerializer(rows.context().getConf()))
                .map(each -> new OfClass(
                        each._1(),
                        each._2().total(),
                        each._2().hasNan(),
                        each._2()
                                .bands(
                                        each._1(),
                                        limits.limits()
                                                .get(each._1())
                                                .of(each._2().total()),
                                        bandRows))));
        List<Long> totals = new ArrayList<>(Collections.nCopies(classes, 0L));
        List<Band> bands = new ArrayList<>();
        collected.stream().sorted(Comparator.comparing(OfClass::classIndex)).forEach(each -> {
            totals.set(each.classIndex(), each.total());
            bands.addAll(each.bands());
        });
        return new Bands(
                bands,
                totals,
                IntStream.range(0, classes)
                        .mapToObj(c -> limits.limits().get(c).of(totals.get(c)))
                        .toList(),
                collected.stream().anyMatch(OfClass::hasNan));
    }

    /**
     * Counts the scores of rows (class index, score) into one histogram per class. Reads Spark's internal rows, because external rows
     * would box every number.
     */
    private static Iterator<Tuple2<Integer, ScoreHistogram>> count(Iterator<InternalRow> rows, int classes) {
        ScoreHistogram[] histograms = new ScoreHistogram[classes];
        while (rows.hasNext()) {
            InternalRow row = rows.next();
            int c = row.getInt(0);
            if (c < 0 || c >= classes) {
                throw Predictions.noSuchClass(c, classes);
            }
            if (histograms[c] == null) {
                histograms[c] = new ScoreHistogram();
            }
            histograms[c].add(row.getFloat(1));
        }
        return IntStream.range(0, classes)
                .filter(c -> histograms[c] != null)
                .mapToObj(c -> new Tuple2<>(c, histograms[c]))
                .iterator();
    }

    /** Returns the number of candidates in the bands. */
    long candidates() {
        return bands.stream().mapToLong(Band::n).sum();
    }

    /** Returns the number of candidates of a class that are among its first k. */
    long among(int classIndex) {
        return Math.min(limits.get(classIndex), totals.get(classIndex));
    }

    /** Returns the largest limit of a class. */
    long most() {
        return limits.stream().mapToLong(limit -> limit).max().orElse(0);
    }

    /** Returns whether every class has at most one band, which then includes its highest score. */
    boolean isOneAClass() {
        return bands.stream().allMatch(band -> band.above() == 0);
    }

    /** Returns one row per band: band, of_class, lowest, below (all scores of the band are lower), above, k. */
    Dataset<Row> table(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        for (int b = 0; b < bands.size(); b++) {
            Band band = bands.get(b);
            float below = band.above() == 0
                    ? Float.POSITIVE_INFINITY
                    : bands.get(b - 1).lowest();
            rows.add(RowFactory.create(
                    b, band.classIndex(), band.lowest(), below, band.above(), limits.get(band.classIndex())));
        }
        return spark.createDataFrame(rows, SCHEMA);
    }
}
