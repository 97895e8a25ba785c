package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.Interval;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Accuracy overall and by class, and the wrong predictions. Lives on the driver, which receives a few rows per class; immutable.
 */
final class Accuracy {
    static final int CONFUSIONS_SHOWN = 100;
    static final int ERRORS_SHOWN = 24;

    private final Dataset<Row> evaluated;
    private final List<ClassLabel> classes;
    private final boolean storesTop5;
    private final Map<Integer, Hits> hits = new HashMap<>();
    private final Map<Integer, Long> predicted = new HashMap<>();

    /** Images of one class, and how many of them have a correct first prediction, or a correct one among the first five. */
    record Hits(long n, long top1, long top5) {
        private static final Hits NONE = new Hits(0, 0, 0);

        private Hits plus(Hits other) {
            return new Hits(n + other.n, top1 + other.top1, top5 + other.top5);
        }
    }

    /**
     * Counts correct predictions.
     *
     * @param evaluated the images to evaluate, from {@link GradedPredictions#evaluated()}
     * @throws CardinalException if a prediction is a class that the model does not have
     */
    Accuracy(Dataset<Row> evaluated, Origin origin) {
        this.evaluated = evaluated;
        this.classes = origin.classes();
        this.storesTop5 = origin.topK() >= Math.min(GradedPredictions.TOP, classes.size());
        evaluated
                .groupBy(Truth.INDEX)
                .agg(
                        count(lit(1)),
                        count_if(col(GradedPredictions.IS_CORRECT)),
                        count_if(col(GradedPredictions.IS_AMONG_FIRST)))
                .collectAsList()
                .forEach(row -> hits.put(row.getInt(0), new Hits(row.getLong(1), row.getLong(2), row.getLong(3))));
        evaluated
                .groupBy(GradedPredictions.PREDICTED)
                .count()
                .collectAsList()
                .forEach(row -> predicted.put(row.getInt(0), row.getLong(1)));
        for (int c : predicted.keySet()) {
            if (c < 0 || c >= classes.size()) {
                throw Predictions.noSuchClass(c, classes.size());
            }
        }
    }

    /** Returns whether the tables store five predictions per image, or all if the model has fewer classes. */
    boolean storesTop5() {
        return storesTop5;
    }

    Hits overall() {
        return hits.values().stream().reduce(Hits.NONE, Hits::plus);
    }

    List<Metrics.ClassMetrics> perClass() {
        List<Metrics.ClassMetrics> perClass = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Hits of = hits.getOrDefault(c, Hits.NONE);
            Interval top1 = Interval.wilson(of.top1(), of.n());
            Interval top5 = Interval.wilson(of.top5(), of.n());
            boolean occurs = of.n() > 0;
            boolean hasTop5 = occurs && storesTop5;
            long times = predicted.getOrDefault(c, 0L);
            perClass.add(new Metrics.ClassMetrics(
                    c,
                    classes.get(c).name(),
                    of.n(),
                    occurs ? top1.value() : null,
                    occurs ? top1.low() : null,
                    occurs ? top1.high() : null,
                    hasTop5 ? top5.value() : null,
                    hasTop5 ? top5.low() : null,
                    hasTop5 ? top5.high() : null,
                    times,
                    times > 0 ? (double) of.top1() / times : null));
        }
        return perClass;
    }

    /** Returns the most frequent wrong pairs of truth and prediction. */
    List<Metrics.Confusion> confusions() {
        return wrong()
                .groupBy(Truth.INDEX, GradedPredictions.PREDICTED)
                .count()
                .orderBy(col("count").desc(), col(Truth.INDEX), col(GradedPredictions.PREDICTED))
                .limit(CONFUSIONS_SHOWN)
                .collectAsList()
                .stream()
                .map(row -> new Metrics.Confusion(
                        row.getInt(0), name(row.getInt(0)), row.getInt(1), name(row.getInt(1)), row.getLong(2)))
                .toList();
    }

    /** Returns some wrong predictions, chosen by a hash of the path, so that they are the same every time. */
    List<Metrics.WrongPrediction> errors() {
        return wrong()
                .orderBy(xxhash64(col(GradedPredictions.PATH)), col(GradedPredictions.PATH))
                .limit(ERRORS_SHOWN)
                .select(GradedPredictions.PATH, Truth.INDEX, GradedPredictions.PREDICTED, GradedPredictions.SCORE)
                .collectAsList()
                .stream()
                .map(row -> new Metrics.WrongPrediction(
                        row.getString(0), name(row.getInt(1)), name(row.getInt(2)), row.getFloat(3)))
                .toList();
    }

    private Dataset<Row> wrong() {
        return evaluated.filter(col(GradedPredictions.IS_CORRECT).unary_$bang());
    }

    private String name(int classIndex) {
        return classes.get(classIndex).name();
    }
}
