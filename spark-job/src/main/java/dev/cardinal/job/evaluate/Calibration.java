package dev.cardinal.job.evaluate;

import dev.cardinal.job.label.PredictionTable.Origin;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How far confidences can be believed.
 *
 * @param bins of the scores
 * @param ofLogits what only logits tell, empty where there are none
 */
record Calibration(ReliabilityBins bins, Optional<OfLogits> ofLogits) {

    /**
     * @param nll mean negative log-likelihood, nats
     * @param temperature the best one
     */
    record OfLogits(double nll, Metrics.Temperature temperature) {}

    /**
     * Measures it.
     *
     * @param judged the images
     * @param rows the same as they were given to {@link JudgedImages#of}
     * @param n images that count, at least one
     */
    static Calibration of(JudgedImages judged, Dataset<Row> rows, Origin origin, long n) {
        ReliabilityBins bins = ReliabilityBins.of(judged.counting());
        if (!JudgedImages.hasLogits(origin)) {
            return new Calibration(bins, Optional.empty());
        }
        try (LabelledLogits logits = LabelledLogits.of(rows, origin)) {
            double temperature = TemperatureFit.fit(logits::likelihoods);
            double beta = 1 / temperature;
            List<Likelihood> likelihoods = logits.likelihoods(List.of(1.0, beta));
            return new Calibration(
                    bins,
                    Optional.of(new OfLogits(
                            likelihoods.get(0).value() / n,
                            new Metrics.Temperature(
                                    temperature,
                                    likelihoods.get(1).value() / n,
                                    logits.bins(beta).expectedError()))));
        }
    }
}
