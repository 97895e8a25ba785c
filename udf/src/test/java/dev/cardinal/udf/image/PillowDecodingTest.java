package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Compares decoded files with Pillow 9.4.0: images/, images.csv and exif.csv are made by
 * src/test/python/make_images.py, whose head gives the command.
 */
class PillowDecodingTest {

    private static final ImagePreparer AS_STORED =
            ImagePreparer.create(Cards.torchvision(null, null), ImageOptions.defaults());
    private static final ImagePreparer EVALUATION =
            ImagePreparer.create(Cards.torchvision(256, 224), ImageOptions.defaults());
    private static final ImagePreparer ORIENTED = ImagePreparer.create(
            Cards.torchvision(null, null), new ImageOptions(ImageOptions.DEFAULT_MAX_PIXELS, ExifOrientation.APPLY));

    @AfterAll
    static void closePreparers() {
        AS_STORED.close();
        EVALUATION.close();
        ORIENTED.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "images.csv", numLinesToSkip = 1)
    void decodedPixelsEqualPillows(String file, int width, int height, String sha256) {
        assertThat(AS_STORED.prepare(TestImages.read(file)))
                .isInstanceOfSatisfying(Ready.class, ready -> assertIs(ready, width, height, width, height, sha256));
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "images.csv", numLinesToSkip = 1)
    void preparedPixelsEqualPillows(String file, int width, int height, String ignored, String sha256) {
        assertThat(EVALUATION.prepare(TestImages.read(file)))
                .isInstanceOfSatisfying(Ready.class, ready -> assertIs(ready, width, height, 224, 224, sha256));
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "exif.csv", numLinesToSkip = 1)
    void exifOrientationIsAppliedAsInPillow(String file, int width, int height, String sha256) {
        assertThat(ORIENTED.prepare(TestImages.read(file)))
                .isInstanceOfSatisfying(Ready.class, ready -> assertIs(ready, width, height, width, height, sha256));
    }

    private static void assertIs(Ready ready, int sourceWidth, int sourceHeight, int width, int height, String sha256) {
        assertThat(ready.sourceWidth()).isEqualTo(sourceWidth);
        assertThat(ready.sourceHeight()).isEqualTo(sourceHeight);
        assertThat(ready.width()).isEqualTo(width);
        assertThat(ready.height()).isEqualTo(height);
        assertThat(Sha256.of(ready.rgb())).isEqualTo(sha256);
    }
}
