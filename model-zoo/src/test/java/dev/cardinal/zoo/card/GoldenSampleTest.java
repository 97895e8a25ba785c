package dev.cardinal.zoo.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenSampleTest {
    private static final float[] LOGITS = {-1.5f, 10, 0.25f};

    @TempDir
    private Path bundle;

    @BeforeEach
    void makeAssets() throws IOException {
        Files.createDirectory(bundle.resolve("assets.extra"));
    }

    @Test
    void writtenSampleReadsBackEqual() throws IOException {
        GoldenSample sample = sample();
        sample.write(bundle);
        GoldenSample read = GoldenSample.read(bundle);

        assertThat(read.height()).isEqualTo(32);
        assertThat(read.width()).isEqualTo(32);
        assertThat(read.pixels()).isEqualTo(sample.pixels());
        assertThat(read.logits()).isEqualTo(LOGITS);
    }

    @Test
    void differenceWithinTheToleranceIsAccepted() {
        assertThat(sample().difference(new float[] {-1.5f, 10.009f, 0.241f}, 1e-3))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(floats = {10.02f, -10, Float.NaN, Float.POSITIVE_INFINITY})
    void largestDifferenceIsReported(float wrong) {
        assertThat(sample().difference(new float[] {-1.495f, wrong, 0.25f}, 1e-3))
                .get()
                .asString()
                .contains("logit 1 is " + wrong + " instead of 10.0");
    }

    @Test
    void otherNumberOfLogitsIsReported() {
        assertThat(sample().difference(new float[] {1, 2}, 1e-3)).contains("2 logits instead of 3");
    }

    @Test
    void bundleWithoutASampleIsCorrupt() {
        assertThatThrownBy(() -> GoldenSample.read(bundle))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(bundle + " is corrupt")
                .hasMessageContaining("golden.png");
    }

    @Test
    void modelWithNonFiniteLogitsIsRejected() {
        assertThatThrownBy(() -> GoldenSample.of(ModelCatalog.find("fashion_resnext20_8x4d"), (pixels, height, width) ->
                        new float[] {1, Float.NaN}))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("returned the logit NaN for an ordinary image");
    }

    private static GoldenSample sample() {
        return GoldenSample.of(ModelCatalog.find("fashion_resnext20_8x4d"), (pixels, height, width) -> LOGITS);
    }
}
