package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.Preprocessing.CropRounding;
import dev.cardinal.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Decoded pixels against Pillow 9.4.0: the files of images/ and images.csv, made by src/test/python/make_images.py, whose
 * head names the command.
 */
class PillowDecodingTest {

    private static final ImagePreparer PREPARER = ImagePreparer.create(
            new Preprocessing(
                    null,
                    null,
                    Interpolation.PILLOW_BILINEAR,
                    CropRounding.HALF_EVEN,
                    List.of(0.0, 0.0, 0.0),
                    List.of(1.0, 1.0, 1.0)),
            ImageOptions.defaults());

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "images.csv", numLinesToSkip = 2)
    void decodedPixelsAreThoseOfPillow(String file, int width, int height, String sha256) throws IOException {
        Preparation preparation = PREPARER.prepare(TestImages.read(file));

        assertThat(preparation).isInstanceOfSatisfying(Ready.class, ready -> {
            assertThat(ready.width()).isEqualTo(width);
            assertThat(ready.height()).isEqualTo(height);
            assertThat(Sha256.of(ready.rgb())).isEqualTo(sha256);
        });
    }
}
