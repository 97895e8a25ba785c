package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.zoo.card.Preprocessing;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares reduced images with Pillow: draft.csv is made by src/test/python/draft.py, whose head gives the command. */
class DraftTest {
    private static final ImageOptions DRAFT = ImageOptions.defaults().withDraft(true);

    @ParameterizedTest(name = "{0}, {1}, resize {2}, 1/{4}")
    @CsvFileSource(resources = "draft.csv", numLinesToSkip = 2)
    void pixelsEqualPillows(
            String file,
            String orientation,
            int resize,
            int crop,
            int reduction,
            int width,
            int height,
            String sha256) {
        ImageOptions options = new ImageOptions(
                        ImageOptions.DEFAULT_MAX_PIXELS, ExifOrientation.valueOf(orientation.toUpperCase(Locale.ROOT)))
                .withDraft(true);

        Ready ready = prepare(file, Cards.torchvision(resize, crop), options);

        assertThat(Sha256.of(ready.rgb())).isEqualTo(sha256);
        assertThat(ready.sourceWidth()).isEqualTo(width);
        assertThat(ready.sourceHeight()).isEqualTo(height);
    }

    @Test
    void draftDiffersFromTheWholeImage() {
        Preprocessing small = Cards.torchvision(40, 35);

        assertThat(prepare("photo_500x375.jpg", small, DRAFT).rgb())
                .isNotEqualTo(prepare("photo_500x375.jpg", small, ImageOptions.defaults())
                        .rgb());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cmyk_adobe.jpg", "ycck_adobe.jpg", "rgb_8_bit.png"})
    void otherFilesAreDecodedWhole(String file) {
        Preprocessing small = Cards.torchvision(9, 8);

        assertThat(prepare(file, small, DRAFT).rgb())
                .isEqualTo(prepare(file, small, ImageOptions.defaults()).rgb());
    }

    @Test
    void eachModelGetsThePixelsThatItWouldGetAlone() {
        List<Preprocessing> models = List.of(
                Cards.torchvision(40, 35),
                Cards.torchvision(300, 256),
                Cards.torchvision(40, 32),
                Cards.torchvision(null, null));
        try (ImagePreparer preparer =
                ImagePreparer.create(models, List.of(DRAFT, DRAFT, DRAFT, DRAFT), ImageHash.DIFFERENCE)) {
            List<Preparation> prepared = preparer.prepareForEach(TestImages.read("photo_500x375.jpg"));

            for (int model = 0; model < models.size(); model++) {
                try (ImagePreparer alone =
                        ImagePreparer.create(List.of(models.get(model)), List.of(DRAFT), ImageHash.DIFFERENCE)) {
                    assertThat(prepared.get(model))
                            .usingRecursiveComparison()
                            .isEqualTo(alone.prepare(TestImages.read("photo_500x375.jpg")));
                }
            }
        }
    }

    private static Ready prepare(String file, Preprocessing preprocessing, ImageOptions options) {
        try (ImagePreparer preparer = ImagePreparer.create(preprocessing, options)) {
            return (Ready) preparer.prepare(TestImages.read(file));
        }
    }
}
