package dev.cardinal.job.select;

import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * The classes of an image with the highest scores, from the logits of its teachers: the mean of their softmax(z / T), in double
 * precision, given as single. Of equal scores the lower class index comes first. A logit that is no number makes scores that are
 * none. A function for Spark; runs on executors; serializable and stateless.
 */
final class Softmax implements UDF2<String, Seq<@Nullable Seq<Float>>, Row[]> {
    private static final long serialVersionUID = 1L;

    private final int classes;
    private final int p;
    private final double temperature;

    Softmax(int classes, int p, double temperature) {
        this.classes = classes;
        this.p = Math.min(p, classes);
        this.temperature = temperature;
    }

    /**
     * @param path of the image, for errors
     * @param logits of each teacher
     * @throws CardinalException if a teacher has another number of logits than classes
     */
    @Override
    public Row[] call(String path, Seq<@Nullable Seq<Float>> logits) {
        double[] sum = new double[classes];
        for (int teacher = 0; teacher < logits.length(); teacher++) {
            add(path, logits.apply(teacher), sum);
        }
        double[] mean = Arrays.stream(sum).map(each -> each / logits.length()).toArray();
        int[] highest = highest(mean);
        return Arrays.stream(highest)
                .mapToObj(c -> RowFactory.create(c, (float) mean[c]))
                .toArray(Row[]::new);
    }

    private void add(String path, @Nullable Seq<Float> logits, double[] sum) {
        if (logits == null || logits.length() != classes) {
            throw CardinalException.input("predictions hold " + (logits == null ? 0 : logits.length()) + " logits of "
                    + path + ", of a model with " + classes + " classes");
        }
        double[] scaled = new double[classes];
        double highest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            scaled[c] = logits.apply(c) / temperature;
            highest = Math.max(highest, scaled[c]);
        }
        double total = 0;
        for (int c = 0; c < classes; c++) {
            scaled[c] = Math.exp(scaled[c] - highest);
            total += scaled[c];
        }
        for (int c = 0; c < classes; c++) {
            sum[c] += scaled[c] / total;
        }
    }

    /** Indices of the highest values, highest first. */
    private int[] highest(double[] values) {
        int[] best = new int[p];
        int n = 0;
        for (int c = 0; c < values.length; c++) {
            int at = n;
            while (at > 0 && values[c] > values[best[at - 1]]) {
                at--;
            }
            if (at < p) {
                n = Math.min(n + 1, p);
                System.arraycopy(best, at, best, at + 1, n - at - 1);
                best[at] = c;
            }
        }
        return best;
    }
}
