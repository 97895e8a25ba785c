package dev.cardinal.job.select;

import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Where the first candidates of every class are found: bands of scores, of which each is sorted by one task. Lives on the driver;
 * immutable.
 *
 * @param bands by class and falling score; those of a class do not overlap
 * @param totals candidates by class index
 */
record Bands(List<Band> bands, List<Long> totals) {
    private static final StructType SCHEMA = new StructType()
            .add("band", DataTypes.IntegerType, false)
            .add("class_index", DataTypes.IntegerType, false)
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
     * @param highest their highest score
     */
    record Band(int classIndex, long above, long n, float lowest, float highest) {
        Band and(Band lower) {
            return new Band(
                    classIndex, above, n + lower.n, Math.min(lowest, lower.lowest), Math.max(highest, lower.highest));
        }
    }

    /**
     * Takes bands to the driver.
     *
     * @param rows as {@link Histogram#bands} has them
     * @param classes number of classes
     * @throws CardinalException if a candidate is of a class that is none
     */
    static Bands of(Dataset<Row> rows, int classes) {
        List<Long> totals = new ArrayList<>(java.util.Collections.nCopies(classes, 0L));
        List<Band> bands = new ArrayList<>();
        rows.collectAsList().stream()
                .sorted(Comparator.comparing((Row row) -> row.<Integer>getAs("class_index"))
                        .thenComparing(row -> row.<Long>getAs("above")))
                .forEach(row -> {
                    int c = row.<Integer>getAs("class_index");
                    if (c < 0 || c >= classes) {
                        throw CardinalException.input(
                                "predictions hold class index " + c + ", of a model with " + classes + " classes");
                    }
                    totals.set(c, row.getAs("total"));
                    add(
                            bands,
                            new Band(c, row.getAs("above"), row.getAs("n"), row.getAs("lowest"), row.getAs("highest")));
                });
        return new Bands(bands, totals);
    }

    /** Bands that overlap are one: executors that round in different ways may put the same score into different buckets. */
    private static void add(List<Band> bands, Band band) {
        Band added = band;
        while (!bands.isEmpty()) {
            Band last = bands.get(bands.size() - 1);
            if (last.classIndex() != added.classIndex() || last.lowest() > added.highest()) {
                break;
            }
            added = last.and(added);
            bands.remove(bands.size() - 1);
        }
        bands.add(added);
    }

    /** Whether a score is not a number. */
    boolean hasNan() {
        return bands.stream().anyMatch(band -> Float.isNaN(band.highest()));
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

    /** One row a band: band, class_index, lowest, below (scores in the band are lower than this), above. */
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
