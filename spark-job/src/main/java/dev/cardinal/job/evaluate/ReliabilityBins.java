package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Images in 15 equal bins of their top-1 confidence, each without its lower and with its upper edge: (0, 1/15], ..., (14/15, 1].
 * Mutable; not thread-safe; serializable: executors fill it, the driver adds up.
 *
 * <p>Measures are those of Guo et al., On Calibration of Modern Neural Networks (2017), sections 2 and 3. Edges are rounded to
 * float, as scores are: a score of 0.2 lies on the edge 3/15. A confidence of 0 counts in the first bin.
 */
final class ReliabilityBins implements Serializable {
    private static final long serialVersionUID = 1L;
    static final int COUNT = 15;

    private final long[] images = new long[COUNT];
    private final long[] right = new long[COUNT];
    private final double[] confidence = new double[COUNT];

    /** @param counting the images that count, as {@link JudgedImages#counting()} has them */
    static ReliabilityBins of(Dataset<Row> counting) {
        ReliabilityBins bins = new ReliabilityBins();
        counting.groupBy(bin(col(JudgedImages.SCORE)).as("bin"))
                .agg(
                        count(lit(1)),
                        count_if(col(JudgedImages.IS_RIGHT)),
                        sum(col(JudgedImages.SCORE).cast(DataTypes.DoubleType)))
                .collectAsList()
                .forEach(row -> {
                    int bin = row.getInt(0);
                    bins.images[bin] = row.getLong(1);
                    bins.right[bin] = row.getLong(2);
                    bins.confidence[bin] = row.getDouble(3);
                });
        return bins;
    }

    /** The upper edges below that a confidence lies. */
    private static Column bin(Column score) {
        return IntStream.range(1, COUNT)
                .mapToObj(edge -> score.gt(lit(edge(edge))).cast(DataTypes.IntegerType))
                .reduce(Column::plus)
                .orElseThrow();
    }

    private static float edge(int number) {
        return (float) ((double) number / COUNT);
    }

    void add(double topConfidence, boolean isRight) {
        int bin = 0;
        while (bin < COUNT - 1 && (float) topConfidence > edge(bin + 1)) {
            bin++;
        }
        images[bin]++;
        right[bin] += isRight ? 1 : 0;
        confidence[bin] += topConfidence;
    }

    void add(ReliabilityBins other) {
        for (int b = 0; b < COUNT; b++) {
            images[b] += other.images[b];
            right[b] += other.right[b];
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
                    isEmpty ? null : (double) right[b] / images[b],
                    isEmpty ? null : confidence[b] / images[b]));
        }
        return bins;
    }

    /** The expected calibration error: the mean over images of how far their bin's accuracy and mean confidence lie apart. */
    double expectedError() {
        long all = 0;
        double error = 0;
        for (int b = 0; b < COUNT; b++) {
            all += images[b];
            error += Math.abs(right[b] - confidence[b]);
        }
        return error / all;
    }

    /** The maximum calibration error: how far they lie apart in the worst bin. */
    double maximumError() {
        double worst = 0;
        for (int b = 0; b < COUNT; b++) {
            if (images[b] > 0) {
                worst = Math.max(worst, Math.abs(right[b] - confidence[b]) / images[b]);
            }
        }
        return worst;
    }
}
