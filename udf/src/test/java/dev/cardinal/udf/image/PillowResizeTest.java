package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.Preprocessing.Interpolation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Resize and crop against Pillow 9.4.0: resize.csv, made by src/test/python/resize_table.py, whose head names the command. */
class PillowResizeTest {

    @ParameterizedTest(name = "{0} x {1}, resize {2}, crop {3}")
    @CsvFileSource(resources = "resize.csv", numLinesToSkip = 1)
    void resizedAndCroppedPixelsAreThoseOfPillow(
            int width, int height, int resize, int crop, int outputWidth, int outputHeight, String sha256) {
        Preprocessing preprocessing = Cards.torchvision(noneIfZero(resize), noneIfZero(crop));
        Geometry geometry = Geometry.of(preprocessing, width, height);

        byte[] output = new byte[geometry.output().width() * geometry.output().height() * 3];
        Resampler.create(Interpolation.PILLOW_BILINEAR).resample(SyntheticPicture.of(width, height), geometry, output);

        assertThat(geometry.output()).isEqualTo(new Geometry.Size(outputWidth, outputHeight));
        assertThat(Sha256.of(output)).isEqualTo(sha256);
    }

    private static @Nullable Integer noneIfZero(int edge) {
        return edge == 0 ? null : edge;
    }
}
