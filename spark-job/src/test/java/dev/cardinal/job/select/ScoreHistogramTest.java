package dev.cardinal.job.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.select.Bands.Band;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreHistogramTest {
    private static final int CLASS = 3;

    @Test
    void higherScoresAreNotInLowerBuckets() {
        Random random = new Random(1);
        double[] scores = random.doubles(200_000)
                .map(u -> random.nextBoolean() ? Math.pow(2, -40 * u) : 1 - Math.pow(2, -30 * u))
                .sorted()
                .toArray();

        for (int s = 1; s < scores.length; s++) {
            assertThat(ScoreHistogram.bucket((float) scores[s]))
                    .as("bucket of %s", scores[s])
                    .isGreaterThanOrEqualTo(ScoreHistogram.bucket((float) scores[s - 1]));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1e-3, 1.2e-3",
        "0.4, 0.49999997",
        "0.49999997, 0.5",
        "0.999, 0.9992",
        "0.99999994, 1",
        "0.9999998, 0.9999999"
    })
    void scoresNearZeroAndNearOneAreInDifferentBuckets(float lower, float higher) {
        assertThat(ScoreHistogram.bucket(lower)).isLessThan(ScoreHistogram.bucket(higher));
    }

    @ParameterizedTest
    @CsvSource({"NaN, 1", "Infinity, 1", "1.0000001, 1", "-0.5, 0", "-0.0, 0", "1e-30, 0"})
    void valueThatIsNotAProbabilityIsInTheFirstOrLastBucket(float score, float as) {
        assertThat(ScoreHistogram.bucket(score)).isEqualTo(ScoreHistogram.bucket(as));
    }

    @Test
    void bandsContainTheFirstCandidatesAndTheRestOfTheirBuckets() {
        ScoreHistogram histogram = of(0.9f, 0.8f, 0.70001f, 0.7f, 0.3f, 0f);

        assertThat(histogram.bands(CLASS, 2, 100)).containsExactly(new Band(CLASS, 0, 2, 0.8f));
        assertThat(histogram.bands(CLASS, 3, 100))
                .as("0.7 is in the bucket of the third candidate")
                .containsExactly(new Band(CLASS, 0, 4, 0.7f));
        assertThat(histogram.bands(CLASS, 6, 100)).containsExactly(new Band(CLASS, 0, 6, 0f));
        assertThat(histogram.bands(CLASS, Long.MAX_VALUE, 100)).containsExactly(new Band(CLASS, 0, 6, 0f));
    }

    @Test
    void classIsDividedBetweenBuckets() {
        ScoreHistogram histogram = of(1f, 1f, 1f, 0.9f, 0.5f, 0.1f, 0.1f);

        assertThat(histogram.bands(CLASS, 100, 2))
                .containsExactly(new Band(CLASS, 0, 3, 1f), new Band(CLASS, 3, 2, 0.5f), new Band(CLASS, 5, 2, 0.1f));
    }

    @Test
    void mergedPartsEqualTheWhole() {
        Random random = new Random(2);
        float[] scores = new float[1000];
        for (int s = 0; s < scores.length; s++) {
            scores[s] = random.nextFloat();
        }
        ScoreHistogram together = of(Arrays.copyOf(scores, 300)).and(of(Arrays.copyOfRange(scores, 300, 1000)));

        assertThat(together.total()).isEqualTo(1000);
        assertThat(together.bands(CLASS, 900, 100)).isEqualTo(of(scores).bands(CLASS, 900, 100));
        assertThat(together.hasNan()).isFalse();
    }

    @Test
    void nanIsRemembered() {
        assertThat(of(0.5f).and(of(Float.NaN)).hasNan()).isTrue();
        assertThat(of(Float.NaN).and(of(0.5f)).hasNan()).isTrue();
    }

    @Test
    void emptyHistogramHasNoBands() {
        assertThat(new ScoreHistogram().bands(CLASS, 10, 10)).isEqualTo(List.of());
    }

    private static ScoreHistogram of(float... scores) {
        ScoreHistogram histogram = new ScoreHistogram();
        for (float score : scores) {
            histogram.add(score);
        }
        return histogram;
    }
}
