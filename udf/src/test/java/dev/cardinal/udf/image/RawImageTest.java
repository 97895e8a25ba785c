package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.image.RawImage.PixelLayout;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.List;
import org.junit.jupiter.api.Test;

class RawImageTest {
    private static final Preprocessing UNCHANGED = new Preprocessing(
            null,
            null,
            Interpolation.PILLOW_BILINEAR,
            CropRounding.HALF_EVEN,
            List.of(0.5, 0.5, 0.5),
            List.of(1.0, 1.0, 1.0));

    @Test
    void pixelsAreConvertedToRgb() {
        assertThat(rgb(new RawImage(2, 1, PixelLayout.BGR, new byte[] {1, 2, 3, 4, 5, 6})))
                .containsExactly(3, 2, 1, 6, 5, 4);
        assertThat(rgb(new RawImage(1, 2, PixelLayout.GRAY, new byte[] {7, -1})))
                .containsExactly(7, 7, 7, -1, -1, -1);
        assertThat(rgb(new RawImage(1, 2, PixelLayout.BGRA, new byte[] {1, 2, 3, 0, 4, 5, 6, 9})))
                .containsExactly(3, 2, 1, 6, 5, 4);
    }

    private static byte[] rgb(RawImage image) {
        return ready(UNCHANGED, image).rgb();
    }

    private static Preparation.Ready ready(Preprocessing preprocessing, RawImage image) {
        try (ImagePreparer preparer = ImagePreparer.create(preprocessing, ImageOptions.defaults())) {
            return (Preparation.Ready) preparer.prepare(image);
        }
    }

    @Test
    void imageIsResizedAndCroppedLikeADecodedFile() {
        Preprocessing crop = new Preprocessing(
                2, 2, UNCHANGED.interpolation(), UNCHANGED.cropRounding(), UNCHANGED.mean(), UNCHANGED.std());

        Preparation.Ready ready = ready(crop, new RawImage(8, 4, PixelLayout.GRAY, new byte[32]));

        assertThat(ready.rgb()).hasSize(2 * 2 * 3);
        assertThat(List.of(ready.sourceWidth(), ready.sourceHeight(), ready.width(), ready.height()))
                .containsExactly(8, 4, 2, 2);
    }

    @Test
    void imageWithTooManyPixelsIsTooLarge() {
        ImageOptions few = new ImageOptions(3, ImageOptions.ExifOrientation.IGNORE);
        try (ImagePreparer preparer = ImagePreparer.create(UNCHANGED, few)) {
            assertThat(preparer.prepare(new RawImage(2, 2, PixelLayout.GRAY, new byte[4])))
                    .isEqualTo(new Preparation.Rejected(Status.TOO_LARGE, "2 x 2 pixels exceed the limit of 3", 2, 2));
        }
    }

    @Test
    void numberOfBytesMustMatchThePixels() {
        assertThatThrownBy(() -> new RawImage(2, 2, PixelLayout.BGR, new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("11 bytes are not 2 x 2 pixels of 3 bytes");
        assertThatThrownBy(() -> new RawImage(0, 2, PixelLayout.BGR, new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
