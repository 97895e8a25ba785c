package dev.cardinal.job.evaluate;

import dev.cardinal.udf.model.Softmax;
import java.io.Serializable;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import scala.collection.Seq;

/**
 * Reads the probabilities of an image from logits, probabilities or stored predictions; the probability of a class that is not stored is
 * 0. Serializable; stateless.
 *
 * @param classes number of classes
 * @param source what the numbers are
 */
record LabelConfidence(int classes, Source source) implements Serializable {
    /** Meaning of the numbers of an image. */
    enum Source {
        LOGITS,
        PROBABILITIES,
        PREDICTIONS
    }

    /** Returns the probabilities by class index. */
    double[] probabilities(Seq<?> numbers) {
        double[] values = new double[classes];
        if (source == Source.PREDICTIONS) {
            for (int i = 0; i < numbers.length(); i++) {
                Row prediction = (Row) numbers.apply(i);
                values[prediction.getInt(0)] = prediction.getFloat(1);
            }
            return values;
        }
        for (int c = 0; c < classes; c++) {
            values[c] = (Float) numbers.apply(c);
        }
        return source == Source.LOGITS ? Softmax.of(values, 1) : values;
    }

    /** Returns the class with the highest probability among those that reach their thresholds; null if none does. */
    static @Nullable Integer confident(double[] probabilities, double[] thresholds) {
        Integer best = null;
        for (int c = 0; c < probabilities.length; c++) {
            if (probabilities[c] >= thresholds[c] - Suspects.ROUNDING
                    && (best == null || probabilities[c] > probabilities[best])) {
                best = c;
            }
        }
        return best;
    }

    /** Returns the most probable class except one. */
    static int bestOther(double[] probabilities, int except) {
        int best = -1;
        for (int c = 0; c < probabilities.length; c++) {
            if (c != except && (best < 0 || probabilities[c] > probabilities[best])) {
                best = c;
            }
        }
        return best;
    }
}
