package dev.cardinal.job.select;

import dev.cardinal.udf.model.Softmax;
import dev.cardinal.zoo.CardinalException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Calculates the highest scores of an image from the logits of its teachers: the mean of their softmax(z / T), calculated in double
 * precision and returned in single. Teachers can have probabilities instead: at T = 1 they are used as they are, else their logarithms
 * are the logits. Classes can have factors, see {@link Alignment}. If scores are equal, the lower class index comes first. A NaN among the logits makes the scores NaN.
 * A function for Spark; runs on executors; serializable and stateless.
 */
final class ScoreFunction implements UDF2<String, Seq<@Nullable Seq<Float>>, Row[]> {
    private static final long serialVersionUID = 1L;

    private final int classes;
    private final int p;
    private final double temperature;
    private final HashSet<Integer> withProbabilities;
    private final double @Nullable [] factors;

    /** @param withProbabilities indices of teachers that have probabilities instead of logits */
    ScoreFunction(int classes, int p, double temperature, Set<Integer> withProbabilities) {
        this(classes, p, temperature, withProbabilities, null);
    }

    private ScoreFunction(
            int classes, int p, double temperature, Set<Integer> withProbabilities, double @Nullable [] factors) {
        this.factors = factors;
        this.classes = classes;
        this.p = Math.min(p, classes);
        this.temperature = temperature;
        this.withProbabilities = new HashSet<>(withProbabilities);
    }

    /** Returns a function that multiplies each class by a factor, and then divides by the sum of all classes. */
    ScoreFunction times(double[] others) {
        return new ScoreFunction(classes, p, temperature, withProbabilities, others.clone());
    }

    /**
     * Returns class index and score of the highest classes.
     *
     * @param path path of the image, for error messages
     * @param numbers logits or probabilities of each teacher
     * @throws CardinalException if the number of a teacher's logits is not the number of classes
     */
    @Override
    public Row[] call(String path, Seq<@Nullable Seq<Float>> numbers) {
        double[] mean = aligned(mean(path, numbers));
        return Arrays.stream(highest(mean))
                .mapToObj(c -> RowFactory.create(c, (float) mean[c]))
                .toArray(Row[]::new);
    }

    private double[] aligned(double[] mean) {
        if (factors == null) {
            return mean;
        }
        double total = 0;
        for (int c = 0; c < classes; c++) {
            mean[c] *= factors[c];
            total += mean[c];
        }
        for (int c = 0; c < classes; c++) {
            mean[c] /= total;
        }
        return mean;
    }

    /** Returns the mean of the teachers' probabilities, without factors. */
    double[] mean(String path, Seq<@Nullable Seq<Float>> numbers) {
        double[] sum = new double[classes];
        for (int teacher = 0; teacher < numbers.length(); teacher++) {
            double[] scores = scores(path, numbers.apply(teacher), withProbabilities.contains(teacher));
            for (int c = 0; c < classes; c++) {
                sum[c] += scores[c];
            }
        }
        return Arrays.stream(sum).map(each -> each / numbers.length()).toArray();
    }

    private double[] scores(String path, @Nullable Seq<Float> numbers, boolean areProbabilities) {
        if (numbers == null || numbers.length() != classes) {
            throw CardinalException.input("predictions have " + (numbers == null ? 0 : numbers.length())
                    + " logits for " + path + ", but the model has " + classes + " classes");
        }
        double[] values = new double[classes];
        for (int c = 0; c < classes; c++) {
            values[c] = numbers.apply(c);
        }
        if (!areProbabilities) {
            return Softmax.of(values, temperature);
        }
        return temperature == 1 ? values : Softmax.sharpen(values, temperature);
    }

    /** Returns the indices of the highest values, highest first. */
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
