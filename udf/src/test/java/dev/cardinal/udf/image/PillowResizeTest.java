package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compares resizing and cropping with Pillow: resize.csv is made by src/test/python/resize_table.py, resize_filters.csv
 * by resize_filters.py, timm_transforms.csv and timm_crop_modes.csv by the programs of these names; their heads give the
 * commands.
 */
class PillowResizeTest {

    @ParameterizedTest(name = "{0} x {1}, resize {2}, crop {3}")
    @CsvFileSource(resources = "resize.csv", numLinesToSkip = 1)
    void resizedAndCroppedPixelsEqualPillows(
            int width, int height, int resize, int crop, int outputWidth, int outputHeight, String sha256) {
        Preprocessing preprocessing = Cards.torchvision(nullIfZero(resize), nullIfZero(crop));
        Geometry geometry = Geometry.of(preprocessing, width, height);

        byte[] output = new byte[geometry.output().width() * geometry.output().height() * 3];
        Resampler.create(Interpolation.PILLOW_BILINEAR).resample(SyntheticPicture.of(width, height), geometry, output);

        assertThat(geometry.output()).isEqualTo(new Geometry.Size(outputWidth, outputHeight));
        assertThat(Sha256.of(output)).isEqualTo(sha256);
    }

    @ParameterizedTest(name = "{0}: {1} x {2} to {3} x {4}")
    @CsvFileSource(resources = "resize_filters.csv", numLinesToSkip = 1)
    void pixelsOfEveryFilterEqualPillows(
            PillowFilter filter, int width, int height, int outputWidth, int outputHeight, String sha256) {
        Geometry.Size size = new Geometry.Size(outputWidth, outputHeight);
        byte[] output = new byte[outputWidth * outputHeight * 3];

        new PillowResampler(filter)
                .resample(SyntheticPicture.of(width, height), new Geometry(size, 0, 0, size, 0, 0, size), output);

        assertThat(Sha256.of(output)).startsWith(sha256);
    }

    @ParameterizedTest(name = "{0}: {1} x {2}")
    @CsvFileSource(resources = "timm_transforms.csv", numLinesToSkip = 1)
    void pixelsOfATimmCardEqualThoseOfTimmsTransform(String card, int width, int height, String sha256) {
        Preprocessing preprocessing = ModelCatalog.find(card).preprocessing();
        Geometry geometry = Geometry.of(preprocessing, width, height);

        byte[] output = new byte[geometry.output().width() * geometry.output().height() * 3];
        Resampler.create(preprocessing.interpolation()).resample(SyntheticPicture.of(width, height), geometry, output);

        assertThat(Sha256.of(output)).startsWith(sha256);
    }

    @ParameterizedTest(name = "{0}, {1} px, crop {2}: {4} x {5}")
    @CsvFileSource(resources = "timm_crop_modes.csv", numLinesToSkip = 1)
    void pixelsOfEveryCropModeEqualTimms(
            String mode, int edge, double cropPct, String mean, int width, int height, String sha256) {
        List<Double> means = mean.equals("half") ? List.of(0.5, 0.5, 0.5) : List.of(0.485, 0.456, 0.406);
        Preprocessing preprocessing = new Preprocessing(
                        256,
                        224,
                        Interpolation.PILLOW_BICUBIC,
                        Preprocessing.CropRounding.HALF_EVEN,
                        means,
                        List.of(1.0, 1.0, 1.0))
                .withSize(edge, cropPct)
                .withCropMode(
                        mode.equals("center") ? null : Preprocessing.CropMode.valueOf(mode.toUpperCase(Locale.ROOT)));
        Geometry geometry = Geometry.of(preprocessing, width, height);

        byte[] output = PixelColor.border(preprocessing)
                .image(geometry.output().width() * geometry.output().height());
        Resampler.create(preprocessing.interpolation()).resample(SyntheticPicture.of(width, height), geometry, output);

        assertThat(Sha256.of(output)).startsWith(sha256);
    }

    /** The sizes are floor(288 / crop_pct) for the crop_pct of each card in timm. */
    @ParameterizedTest
    @CsvSource({
        "resnet50.a1_in1k, 303", // 0.95
        "resnet50.gluon_in1k, 329", // 0.875
        "resnet34.ra4_e3600_r224_in1k, 320", // 0.9
        "tv2_resnext50_32x4d, 298", // 0.965
        "seresnextaa201d_32x8d.sw_in12k_ft_in1k_384, 288", // 1.0
    })
    void anotherSizeKeepsTheCropShareOfTheCard(String card, int resize) {
        assertThat(ModelCatalog.find(card).preprocessing().withSize(288, null).resize())
                .isEqualTo(resize);
    }

    private static @Nullable Integer nullIfZero(int edge) {
        return edge == 0 ? null : edge;
    }
}
