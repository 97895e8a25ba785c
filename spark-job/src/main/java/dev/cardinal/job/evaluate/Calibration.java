package dev.cardinal.job.evaluate;

import dev.cardinal.job.label.PredictionTable.Origin;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Calibration of scores: whether a confidence is the probability of being correct.
 *
 * @param bins reliability of the stored scores
 * @param ofLogits figures that need logits, empty if the tables have none
 */
record Calibration(ReliabilityBins bins, Optional<LogitCalibration> ofLogits) {

    /**
     * Figures that need logits.
     *
     * @param nll mean negative log-likelihood, in nats
     * @param temperature the one that minimizes it
     */
    record LogitCalibration(double nll, Metrics.Temperature temperature) {}

    /**
     * Measures calibration.
     *
     * @param graded the images
     * @param rows the rows from which {@link GradedPredictions#of} made them
     * @param n evaluated images, at least one
     */
    static Calibration of(GradedPredictions graded, Dataset<Row> rows, Origin origin, long n) {
        ReliabilityBins bins = ReliabilityBins.of(graded.evaluated());
        if (!GradedPredictions.hasLogits(origin)) {
            return new Calibration(bins, Optional.empty());
        }
        try (LabeledLogits logits = LabeledLogits.of(rows, origin)) {
            double temperature = TemperatureFit.fit(logits::likelihoods);
            double beta = 1 / temperature;
            List<Likelihood> likelihoods = logits.likelihoods(List.of(1.0, beta));
            return new Calibration(
                    bins,
                    Optional.of(new LogitCalibration(
                            likelihoods.get(0).value() / n,
                            new Metrics.Temperature(
                                    temperature,
                                    likelihoods.get(1).value() / n,
                                    logits.bins(beta).expectedError()))));
        }
    }
}
