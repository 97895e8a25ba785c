package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Compares Torch7's bicubic with its definition: torch7.csv is made by src/test/python/torch7_table.py, whose head
 * gives the command.
 */
class Torch7ResizeTest {

    /** Rounding to 8 bits, plus the error of single precision. */
    private static final double MAX_DEVIATION = 0.501;

    @ParameterizedTest(name = "{0} x {1}, resize {2}, crop {3}")
    @CsvFileSource(resources = "torch7.csv", numLinesToSkip = 1)
    void pixelsEqualTheDefinitionRoundedOnce(
            int width, int height, int resize, int crop, String sha256, double deviation) {
        Geometry geometry = Geometry.of(Cards.torch7(resize, crop), width, height);

        byte[] output = new byte[crop * crop * 3];
        Resampler.create(Interpolation.TORCH7_BICUBIC).resample(SyntheticPicture.of(width, height), geometry, output);

        assertThat(Sha256.of(output)).isEqualTo(sha256);
        assertThat(deviation).isLessThanOrEqualTo(MAX_DEVIATION);
    }
}
