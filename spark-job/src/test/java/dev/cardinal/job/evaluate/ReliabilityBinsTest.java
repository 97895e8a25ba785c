package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EvaluateReferenceTest compares the same bins, filled by Spark with a score on every edge, with NumPy. */
class ReliabilityBinsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void edgeBelongsToTheBinBelowIt(int edge) {
        float confidence = (float) (edge / 15.0);

        assertThat(binOf(confidence)).isEqualTo(edge - 1);
        assertThat(binOf(Math.nextUp(confidence))).isEqualTo(Math.min(edge, 14));
        assertThat(binOf(Math.nextDown(confidence))).isEqualTo(edge - 1);
    }

    @Test
    void zeroCountsInTheFirstBin() {
        assertThat(binOf(0)).isZero();
    }

    @Test
    void errorsAreTheMeanAndTheMaximumOfAccuracyMinusConfidence() {
        ReliabilityBins bins = new ReliabilityBins();
        bins.add(0.95, true);
        bins.add(0.97, false);
        bins.add(0.5, true);
        bins.add(0.5, false);
        ReliabilityBins others = new ReliabilityBins();
        others.add(0.1, true);
        bins.add(others);

        assertThat(bins.expectedError()).isCloseTo((2 * 0.46 + 2 * 0 + 0.9) / 5, within(1e-15));
        assertThat(bins.maximumError()).isCloseTo(0.9, within(1e-15));
        assertThat(bins.bins()).hasSize(15);
        assertThat(bins.bins().get(14)).isEqualTo(new Metrics.ReliabilityBin(14 / 15.0, 1, 2, 0.5, 0.96));
        assertThat(bins.bins().get(2)).isEqualTo(new Metrics.ReliabilityBin(2 / 15.0, 0.2, 0, null, null));
    }

    private static int binOf(double confidence) {
        ReliabilityBins bins = new ReliabilityBins();
        bins.add(confidence, true);
        return IntStream.range(0, ReliabilityBins.COUNT)
                .filter(b -> bins.bins().get(b).n() == 1)
                .findFirst()
                .orElseThrow();
    }
}
