package dev.cardinal.job.evaluate;

import static org.apache.spark.sql.functions.col;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.job.predictions.Predictions;
import java.io.Serializable;
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
 * Logits of the images that count, with their truth, kept in Spark's cache until closed, on disk where memory is short. Whoever
 * makes it closes it. Lives on the driver; not thread-safe.
 */
final class LabelledLogits implements AutoCloseable {
    private final JavaRDD<Image> images;

    /** @param isRight whether the first prediction is the truth */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares images
    private record Image(float[] logits, int truth, boolean isRight) implements Serializable {}

    private LabelledLogits(JavaRDD<Image> images) {
        this.images = images;
    }

    /** @param rows of a predictions table with logits, with their truth */
    static LabelledLogits of(Dataset<Row> rows, Origin origin) {
        Encoder<float[]> floats = rows.sparkSession().implicits().newFloatArrayEncoder();
        return new LabelledLogits(rows.filter(JudgedImages.counts(origin))
                .select(
                        col(Predictions.LOGITS),
                        col(Truth.INDEX),
                        ImageColumns.predicted().equalTo(col(Truth.INDEX)))
                .as(Encoders.tuple(floats, Encoders.INT(), Encoders.BOOLEAN()))
                .javaRDD()
                .map((Tuple3<float[], Integer, Boolean> row) -> new Image(row._1(), row._2(), row._3()))
                .persist(StorageLevel.MEMORY_AND_DISK()));
    }

    /** The likelihood of all images at several betas, in one pass over them. */
    List<Likelihood> likelihoods(List<Double> betas) {
        return images.mapPartitions(part -> List.of(sum(part, betas)).iterator()).collect().stream()
                .reduce(none(betas), LabelledLogits::plus);
    }

    private static List<Likelihood> none(List<Double> betas) {
        return Collections.nCopies(betas.size(), Likelihood.NONE);
    }

    private static List<Likelihood> sum(Iterator<Image> part, List<Double> betas) {
        List<Likelihood> sums = new ArrayList<>(none(betas));
        while (part.hasNext()) {
            Image image = part.next();
            for (int b = 0; b < sums.size(); b++) {
                sums.set(b, sums.get(b).plus(Likelihood.of(image.logits(), image.truth(), betas.get(b))));
            }
        }
        return sums;
    }

    private static List<Likelihood> plus(List<Likelihood> one, List<Likelihood> other) {
        return IntStream.range(0, one.size())
                .mapToObj(b -> one.get(b).plus(other.get(b)))
                .toList();
    }

    /** The images in bins of the highest probability of softmax(beta z). */
    ReliabilityBins bins(double beta) {
        ReliabilityBins all = new ReliabilityBins();
        images.mapPartitions(part -> List.of(bins(part, beta)).iterator())
                .collect()
                .forEach(all::add);
        return all;
    }

    private static ReliabilityBins bins(Iterator<Image> part, double beta) {
        ReliabilityBins bins = new ReliabilityBins();
        part.forEachRemaining(image -> bins.add(Likelihood.confidence(image.logits(), beta), image.isRight()));
        return bins;
    }

    @Override
    public void close() {
        images.unpersist();
    }
}
