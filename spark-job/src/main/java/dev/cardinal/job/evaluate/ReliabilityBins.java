package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Images in 15 equal bins of their top-1 confidence, each without its lower and with its upper edge: (0, 1/15], ..., (14/15, 1].
 * Mutable; not thread-safe; serializable: executors fill it, and the driver adds up the results.
 *
 * <p>The errors are defined in Guo et al., On Calibration of Modern Neural Networks (2017), sections 2 and 3. Edges are rounded to
 * float, as scores are: a score of 0.2 is on the edge 3/15. A confidence of 0 counts in the first bin.
 */
final class ReliabilityBins implements Serializable {
    private static final long serialVersionUID = 1L;
    static final int COUNT = 15;

    private final long[] images = new long[COUNT];
    private final long[] correct = new long[COUNT];
    private final double[] confidence = new double[COUNT];

    /**
     * Counts images.
     *
     * @param evaluated images from {@link GradedPredictions#evaluated()}
     */
    static ReliabilityBins of(Dataset<Row> evaluated) {
        ReliabilityBins bins = new ReliabilityBins();
        evaluated
                .groupBy(bin(col(GradedPredictions.SCORE)).as("bin"))
                .agg(
                        count(lit(1)),
                        count_if(col(GradedPredictions.IS_CORRECT)),
                        sum(col(GradedPredictions.SCORE).cast(DataTypes.DoubleType)))
                .collectAsList()
                .forEach(row -> {
                    int bin = row.getInt(0);
                    bins.images[bin] = row.getLong(1);
                    bins.correct[bin] = row.getLong(2);
                    bins.confidence[bin] = row.getDouble(3);
                });
        return bins;
    }

    /** Returns the bins of every class that is the first prediction of an image. */
    static List<Metrics.ClassReliability> perClass(Dataset<Row> evaluated) {
        Map<Integer, ReliabilityBins> classes = new TreeMap<>();
        evaluated
                .groupBy(
                        col(GradedPredictions.PREDICTED),
                        bin(col(GradedPredictions.SCORE)).as("bin"))
                .agg(count(lit(1)), count_if(col(GradedPredictions.IS_CORRECT)))
                .collectAsList()
                .forEach(row -> {
                    ReliabilityBins bins = classes.computeIfAbsent(row.getInt(0), c -> new ReliabilityBins());
                    bins.images[row.getInt(1)] = row.getLong(2);
                    bins.correct[row.getInt(1)] = row.getLong(3);
                });
        List<Metrics.ClassReliability> perClass = new ArrayList<>();
        classes.forEach((c, bins) -> perClass.add(new Metrics.ClassReliability(
                c,
                Arrays.stream(bins.images).boxed().toList(),
                Arrays.stream(bins.correct).boxed().toList())));
        return perClass;
    }

    /** Returns the number of the bin: how many inner edges are below the score. */
    private static Column bin(Column score) {
        return IntStream.range(1, COUNT)
                .mapToObj(edge -> score.gt(lit(edge(edge))).cast(DataTypes.IntegerType))
                .reduce(Column::plus)
                .orElseThrow();
    }

    private static float edge(int number) {
        return (float) ((double) number / COUNT);
    }

    void add(double topConfidence, boolean isCorrect) {
        int bin = 0;
        while (bin < COUNT - 1 && (float) topConfidence > edge(bin + 1)) {
            bin++;
        }
        images[bin]++;
        correct[bin] += isCorrect ? 1 : 0;
        confidence[bin] += topConfidence;
    }

    void add(ReliabilityBins other) {
        for (int b = 0; b < COUNT; b++) {
            images[b] += other.images[b];
            correct[b] += other.correct[b];
            confidence[b] += other.confidence[b];
        }
    }

    List<Metrics.ReliabilityBin> bins() {
        List<Metrics.ReliabilityBin> bins = new ArrayList<>();
        for (int b = 0; b < COUNT; b++) {
            boolean isEmpty = images[b] == 0;
            bins.add(new Metrics.ReliabilityBin(
                    (double) b / COUNT,
                    (double) (b + 1) / COUNT,
                    images[b],
                    isEmpty ? null : (double) correct[b] / images[b],
                    isEmpty ? null : confidence[b] / images[b]));
        }
        return bins;
    }

    /** Returns the expected calibration error: the mean over images of |accuracy - mean confidence| of their bin. */
    double expectedError() {
        long all = 0;
        double error = 0;
        for (int b = 0; b < COUNT; b++) {
            all += images[b];
            error += Math.abs(correct[b] - confidence[b]);
        }
        return error / all;
    }

    /** Returns the maximum calibration error: |accuracy - mean confidence| of the worst bin. */
    double maximumError() {
        double worst = 0;
        for (int b = 0; b < COUNT; b++) {
            if (images[b] > 0) {
                worst = Math.max(worst, Math.abs(correct[b] - confidence[b]) / images[b]);
            }
        }
        return worst;
    }
}
