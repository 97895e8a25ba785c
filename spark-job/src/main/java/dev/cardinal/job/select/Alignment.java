package dev.cardinal.job.select;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.zoo.card.ClassLabel;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Distribution alignment (Berthelot et al. 2019, arXiv 1911.09785): multiplies an image's probability of each class by the wanted share of
 * the class, divided by its mean probability over all images. Stateless.
 *
 * <p>The mean is a sum of whole numbers, probabilities times 2^36, so that it does not depend on the order of the images.
 */
final class Alignment {
    private static final double UNIT = 0x1p36;

    private Alignment() {}

    /**
     * Returns the factor of each class.
     *
     * @param images path, and the numbers of all teachers as {@code all}
     * @param scoring calculates the probabilities of an image; an image with a NaN does not count
     */
    static double[] factors(
            Dataset<Row> images,
            ScoreFunction scoring,
            String shares,
            List<ClassLabel> classes,
            Configuration configuration)
            throws IOException {
        int count = classes.size();
        double[] wanted = wanted(shares, classes, configuration);
        long[] sums = images.select(col("path"), col("all"))
                .javaRDD()
                .mapPartitions(rows -> List.of(sums(rows, scoring, count)).iterator())
                .treeReduce(Alignment::add);
        double[] factors = new double[count];
        for (int c = 0; c < count; c++) {
            factors[c] = sums[c] == 0 ? 0 : wanted[c] * sums[count] / (sums[c] / UNIT);
        }
        return factors;
    }

    /** Returns the sum of the probabilities of each class, and the number of images. */
    private static long[] sums(Iterator<Row> images, ScoreFunction scoring, int classes) {
        long[] sums = new long[classes + 1];
        while (images.hasNext()) {
            Row image = images.next();
            @SuppressWarnings("unchecked") // the type of the column
            Seq<@Nullable Seq<Float>> numbers = (Seq<@Nullable Seq<Float>>) image.get(1);
            double[] mean = scoring.mean(image.getString(0), numbers);
            if (isFinite(mean)) {
                for (int c = 0; c < classes; c++) {
                    sums[c] += Math.round(mean[c] * UNIT);
                }
                sums[classes]++;
            }
        }
        return sums;
    }

    private static boolean isFinite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static long[] add(long[] one, long[] other) {
        for (int c = 0; c < one.length; c++) {
            one[c] += other[c];
        }
        return one;
    }

    /** Returns the wanted share of each class, not normalized; fails if the file cannot be used. */
    static double[] wanted(String shares, List<ClassLabel> classes, Configuration configuration) throws IOException {
        double[] wanted = new double[classes.size()];
        if (shares.equals(ClassRules.UNIFORM)) {
            Arrays.fill(wanted, 1.0 / wanted.length);
            return wanted;
        }
        ClassFile<Double> file =
                ClassFile.read("--align", shares, classes, Alignment::share, "a number of at least 0", configuration);
        for (int c = 0; c < wanted.length; c++) {
            wanted[c] = file.of(c, 0.0);
        }
        return wanted;
    }

    private static @Nullable Double share(String text) {
        try {
            double share = Double.parseDouble(text);
            return share >= 0 && share < Double.POSITIVE_INFINITY ? share : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
