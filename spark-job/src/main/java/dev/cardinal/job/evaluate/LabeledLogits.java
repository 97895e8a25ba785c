package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.label.Predictions;
import dev.cardinal.job.truth.ImageColumns;
import dev.cardinal.job.truth.Truth;
import dev.cardinal.udf.task.PackedValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple3;

/**
 * Logits of the evaluated images, with their truth, in Spark's cache until closed, on disk if memory is short. The caller of
 * {@link #of} closes it. Lives on the driver; not thread-safe.
 */
final class LabeledLogits implements AutoCloseable {
    /** Logits, index of the true class, and whether the first prediction is correct. Not a record: Kryo cannot write records. */
    private final JavaRDD<Tuple3<float[], Integer, Boolean>> images;

    private LabeledLogits(JavaRDD<Tuple3<float[], Integer, Boolean>> images) {
        this.images = images;
    }

    /** @param rows of a predictions table with logits, with their truth */
    static LabeledLogits of(Dataset<Row> rows, Origin origin) {
        Encoder<float[]> floats = rows.sparkSession().implicits().newFloatArrayEncoder();
        return new LabeledLogits(rows.filter(GradedPredictions.isEvaluated(origin))
                .select(
                        col(Predictions.LOGITS),
                        col(Truth.INDEX),
                        ImageColumns.predicted().equalTo(col(Truth.INDEX)))
                .as(Encoders.tuple(floats, Encoders.INT(), Encoders.BOOLEAN()))
                .javaRDD()
                .persist(StorageLevel.MEMORY_AND_DISK()));
    }

    /** Returns the likelihood of all images at several betas, in one pass over them. */
    List<Likelihood> likelihoods(List<Double> betas) {
        List<double[][]> parts = images.mapPartitions(
                        part -> Collections.singleton(sum(part, betas)).iterator())
                .collect();
        return IntStream.range(0, betas.size())
                .mapToObj(b -> parts.stream()
                        .map(part -> new Likelihood(part[b][0], part[b][1], part[b][2]))
                        .reduce(Likelihood.NONE, Likelihood::plus))
                .toList();
    }

    private static double[][] sum(Iterator<Tuple3<float[], Integer, Boolean>> part, List<Double> betas) {
        List<Likelihood> sums = new ArrayList<>(Collections.nCopies(betas.size(), Likelihood.NONE));
        while (part.hasNext()) {
            Tuple3<float[], Integer, Boolean> image = part.next();
            for (int b = 0; b < sums.size(); b++) {
                sums.set(b, sums.get(b).plus(Likelihood.of(image._1(), image._2(), betas.get(b))));
            }
        }
        return sums.stream()
                .map(each -> new double[] {each.value(), each.gradient(), each.curvature()})
                .toArray(double[][]::new);
    }

    /** Returns the images in bins of the highest probability of softmax(beta z). */
    ReliabilityBins bins(double beta) {
        ReliabilityBins all = new ReliabilityBins();
        PackedValues.collect(
                        images.mapPartitions(part -> List.of(bins(part, beta)).iterator()))
                .forEach(all::add);
        return all;
    }

    private static ReliabilityBins bins(Iterator<Tuple3<float[], Integer, Boolean>> part, double beta) {
        ReliabilityBins bins = new ReliabilityBins();
        part.forEachRemaining(image -> bins.add(Likelihood.confidence(image._1(), beta), image._3()));
        return bins;
    }

    @Override
    public void close() {
        images.unpersist();
    }
}
