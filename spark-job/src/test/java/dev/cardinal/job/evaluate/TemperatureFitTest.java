package dev.cardinal.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EvaluateReferenceTest compares the minimum with SciPy. */
class TemperatureFitTest {
    private static final int CLASSES = 5;

    private int passes;

    @ParameterizedTest
    @ValueSource(floats = {0.004f, 0.5f, 3, 64, 700})
    void temperatureScalesWithTheLogits(float factor) {
        List<float[]> logits = noisy(200);
        double temperature = fit(logits);

        assertThat(temperature).isBetween(0.5, 1.4);
        assertThat(fit(times(logits, factor))).isCloseTo(temperature * factor, within(1e-6 * factor));
        assertThat(passes).isLessThan(40);
    }

    @Test
    void gradientVanishesAtTheMinimum() {
        List<float[]> logits = noisy(50);
        double beta = 1 / fit(logits);

        assertThat(likelihood(logits, beta).gradient()).isCloseTo(0, within(1e-8));
        assertThat(likelihood(logits, beta).value())
                .isLessThan(likelihood(logits, beta * 1.01).value())
                .isLessThan(likelihood(logits, beta / 1.01).value());
    }

    @Test
    void lowestTemperatureIsBestIfEveryImageIsCorrect() {
        List<float[]> separable = List.of(new float[] {2, 1, 0, 0, 0}, new float[] {0, 0.1f, 0, 0, -3});

        assertThat(fit(separable)).isEqualTo(TemperatureFit.MIN);
        assertThat(new Metrics.Temperature(fit(separable), 0, 0).atBound()).isTrue();
        assertThat(passes).isEqualTo(1);
    }

    @Test
    void highestTemperatureIsBestIfLogitsAreNoBetterThanChance() {
        assertThat(fit(List.of(new float[] {-1, 1, 0, 0, 0}, new float[] {1, -1, 0, 0, 0})))
                .isEqualTo(TemperatureFit.MAX);
    }

    @Test
    void temperatureBeyondALimitIsTheLimit() {
        assertThat(fit(times(noisy(200), 1e-5f))).isEqualTo(TemperatureFit.MIN);
        assertThat(fit(times(noisy(200), 1e5f))).isEqualTo(TemperatureFit.MAX);
    }

    @Test
    void temperatureIsOneIfAllLogitsAreEqual() {
        assertThat(fit(List.of(new float[] {3, 3, 3, 3, 3}, new float[CLASSES])))
                .isEqualTo(1);
    }

    @Test
    void oneCorrectImageIsSeparable() {
        assertThat(fit(List.of(new float[] {1, 0, 0, 0, 0}))).isEqualTo(TemperatureFit.MIN);
        assertThat(fit(List.of(new float[] {0, 1, 0, 0, 0}))).isEqualTo(TemperatureFit.MAX);
    }

    @Test
    void largestLogitsDoNotOverflow() {
        float huge = Float.MAX_VALUE;
        Likelihood right = Likelihood.of(new float[] {huge, -huge}, 0, 1);
        Likelihood wrong = Likelihood.of(new float[] {-huge, huge}, 0, 1);

        assertThat(right).isEqualTo(new Likelihood(0, 0, 0));
        assertThat(wrong.value()).isEqualTo(2.0 * huge);
        assertThat(Likelihood.confidence(new float[] {huge, -huge}, 1000)).isEqualTo(1);
        assertThat(fit(List.of(new float[] {huge, -huge}, new float[] {huge, -huge})))
                .isEqualTo(TemperatureFit.MAX);
    }

    /** Returns images whose true class, the image number modulo the classes, usually has the highest logit. */
    private static List<float[]> noisy(int count) {
        Random random = new Random(5);
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] z = new float[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                z[c] = (float) random.nextGaussian() + (c == i % CLASSES ? 1.2f : 0);
            }
            logits.add(z);
        }
        return logits;
    }

    private static List<float[]> times(List<float[]> logits, float factor) {
        return logits.stream()
                .map(z -> {
                    float[] product = z.clone();
                    for (int c = 0; c < z.length; c++) {
                        product[c] *= factor;
                    }
                    return product;
                })
                .toList();
    }

    private double fit(List<float[]> logits) {
        passes = 0;
        return TemperatureFit.fit(betas -> {
            passes++;
            return betas.stream().map(beta -> likelihood(logits, beta)).toList();
        });
    }

    private static Likelihood likelihood(List<float[]> logits, double beta) {
        Likelihood sum = Likelihood.NONE;
        for (int i = 0; i < logits.size(); i++) {
            sum = sum.plus(Likelihood.of(logits.get(i), i % logits.get(i).length, beta));
        }
        return sum;
    }
}
