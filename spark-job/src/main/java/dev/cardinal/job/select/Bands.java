package dev.cardinal.job.select;

import dev.cardinal.job.predictions.Predictions;
import dev.cardinal.zoo.CardinalException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Where the first candidates of every class are found: bands of scores, of which each is sorted by one task. Lives on the driver;
 * immutable.
 *
 * @param bands by class and falling scores; those of a class do not overlap
 * @param totals candidates by class index
 * @param hasNan whether a score is not a finite number
 */
record Bands(List<Band> bands, List<Long> totals, boolean hasNan) {
    private static final StructType SCHEMA = new StructType()
            .add("band", DataTypes.IntegerType, false)
            .add("of_class", DataTypes.IntegerType, false)
            .add("lowest", DataTypes.FloatType, false)
            .add("below", DataTypes.FloatType, false)
            .add("above", DataTypes.LongType, false);

    Bands {
        bands = List.copyOf(bands);
        totals = List.copyOf(totals);
    }

    /**
     * Candidates of one class whose scores lie next to each other.
     *
     * @param classIndex the class
     * @param above candidates of the class with higher scores
     * @param n candidates in the band
     * @param lowest their lowest score
     */
    record Band(int classIndex, long above, long n, float lowest) implements Serializable {}

    private record OfClass(int classIndex, long total, boolean hasNan, List<Band> bands) implements Serializable {}

    /**
     * Counts candidates in one pass over their classes and scores.
     *
     * @param classes number of classes
     * @param k candidates of a class that the bands hold at least, where it has so many
     * @param bandRows candidates of a class from which on it is divided into bands of about so many, where its scores differ
     * @throws CardinalException if a candidate is of a class that is none, as the cause of Spark's exception
     */
    static Bands of(Candidates candidates, int classes, long k, long bandRows) {
        JavaRDD<InternalRow> rows = ((org.apache.spark.sql.classic.Dataset<Row>) candidates.rows())
                .queryExecution()
                .toRdd()
                .toJavaRDD();
        List<OfClass> collected = rows.mapPartitionsToPair(each -> count(each, classes))
                .reduceByKey(ScoreHistogram::and)
                .map(each -> new OfClass(
                        each._1(),
                        each._2().total(),
                        each._2().hasNan(),
                        each._2().bands(each._1(), k, bandRows)))
                .collect();
        List<Long> totals = new ArrayList<>(Collections.nCopies(classes, 0L));
        List<Band> bands = new ArrayList<>();
        collected.stream().sorted(Comparator.comparing(OfClass::classIndex)).forEach(each -> {
            totals.set(each.classIndex(), each.total());
            bands.addAll(each.bands());
        });
        return new Bands(bands, totals, collected.stream().anyMatch(OfClass::hasNan));
    }

    /** Histograms by class of rows of class index and score, as Spark has them inside: it would make an object of each number. */
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
        Map<Integer, ScoreHistogram> found = new TreeMap<>();
        for (int c = 0; c < classes; c++) {
            if (histograms[c] != null) {
                found.put(c, histograms[c]);
            }
        }
        return found.entrySet().stream()
                .map(each -> new Tuple2<>(each.getKey(), each.getValue()))
                .iterator();
    }

    /** Candidates in the bands. */
    long candidates() {
        return bands.stream().mapToLong(Band::n).sum();
    }

    /** Of a class the number of candidates among the first {@code k}. */
    long among(int classIndex, long k) {
        return Math.min(k, totals.get(classIndex));
    }

    /** Of all classes the number of candidates among the first {@code k}. */
    long among(long k) {
        return totals.stream().mapToLong(total -> Math.min(k, total)).sum();
    }

    /** Whether each class has one band at most, which reaches up to its highest score. */
    boolean isOneAClass() {
        return bands.stream().allMatch(band -> band.above() == 0);
    }

    /** One row a band: band, of_class, lowest, below (scores in the band are lower than this), above. */
    Dataset<Row> table(SparkSession spark) {
        List<Row> rows = new ArrayList<>();
        for (int b = 0; b < bands.size(); b++) {
            Band band = bands.get(b);
            float below = band.above() == 0
                    ? Float.POSITIVE_INFINITY
                    : bands.get(b - 1).lowest();
            rows.add(RowFactory.create(b, band.classIndex(), band.lowest(), below, band.above()));
        }
        return spark.createDataFrame(rows, SCHEMA);
    }
}
