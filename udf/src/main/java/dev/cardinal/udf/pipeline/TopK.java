package dev.cardinal.udf.pipeline;

import dev.cardinal.zoo.card.ClassLabel;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Selects the highest scores of an image for the {@code predictions} column. Stateless and thread-safe. */
public final class TopK {
    private TopK() {}

    /**
     * Returns the classes of the k highest probabilities, highest first; of equal probabilities the lower class index comes
     * first. NaN is lower than any number.
     */
    public static int[] indices(float[] probabilities, int k) {
        int[] best = new int[Math.min(k, probabilities.length)];
        int filled = 0;
        for (int c = 0; c < probabilities.length; c++) {
            float score = probabilities[c];
            if (filled == best.length && !isHigher(score, probabilities[best[filled - 1]])) {
                continue;
            }
            int at = filled < best.length ? filled++ : filled - 1;
            while (at > 0 && isHigher(score, probabilities[best[at - 1]])) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = c;
        }
        return best;
    }

    private static boolean isHigher(float score, float other) {
        return score > other || (Float.isNaN(other) && !Float.isNaN(score));
    }

    /** Returns the k highest probabilities as rows of class index, label and score. */
    static Row[] rows(float[] probabilities, int k, List<ClassLabel> labels) {
        int[] indices = indices(probabilities, k);
        Row[] rows = new Row[indices.length];
        for (int i = 0; i < rows.length; i++) {
            int c = indices[i];
            rows[i] = RowFactory.create(c, labels.get(c).name(), probabilities[c]);
        }
        return rows;
    }
}
