package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.RawImage.PixelLayout;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares views with torchvision: views.csv is made by src/test/python/torchvision_views.py, whose head gives the command. */
class ViewsTest {

    @ParameterizedTest(name = "{0} x {1}, resize {2}, crop {3}, {4}")
    @CsvFileSource(resources = "views.csv", numLinesToSkip = 1)
    void pixelsOfViewsEqualTorchvisions(int width, int height, int resize, int crop, String views, String sha256) {
        List<byte[]> rendered =
                render(SyntheticPicture.of(width, height), Cards.torchvision(resize, crop), views(views));

        assertThat(rendered)
                .extracting(view -> Sha256.of(view).substring(0, 32))
                .containsExactly(sha256.split(" ", -1));
    }

    @ParameterizedTest
    @EnumSource(CropMode.class)
    void windowsAlongASideThatIsNotLongerThanTheCropAreThoseOfTheCenterCrop(CropMode mode) {
        Preprocessing preprocessing = new Preprocessing(
                32,
                32,
                Interpolation.PILLOW_BICUBIC,
                Preprocessing.CropRounding.HALF_EVEN,
                List.of(0.5, 0.5, 0.5),
                List.of(1.0, 1.0, 1.0),
                mode);
        Pixels picture = SyntheticPicture.of(90, 41);

        List<byte[]> views = render(picture, preprocessing, Views.FIVE_CROP);

        byte[] center = render(picture, preprocessing, Views.ONE).get(0);
        assertThat(views).hasSize(5).allSatisfy(view -> assertThat(view).isEqualTo(center));
    }

    @Test
    void borderIsPartOfTheMirrorImage() {
        Preprocessing border = Cards.torchvision(32, 32).withCropMode(CropMode.BORDER);
        Pixels picture = SyntheticPicture.of(41, 90); // 15 columns of 32, after 8 columns of border

        List<byte[]> views = render(picture, border, Views.TEN_CROP);

        assertThat(column(views.get(4), 32, 7)).containsOnly(0);
        assertThat(column(views.get(4), 32, 8)).isNotEqualTo(column(views.get(4), 32, 7));
        assertThat(column(views.get(9), 32, 8)).isEqualTo(column(views.get(4), 32, 22));
        assertThat(column(views.get(9), 32, 22)).isEqualTo(column(views.get(4), 32, 8));
    }

    @Test
    void cropIsRoundedAsTheCardSays() {
        Pixels picture = SyntheticPicture.of(33, 33);

        List<byte[]> views = render(picture, Cards.torch7(33, 32), Views.FIVE_CROP);

        assertThat(views.get(4)).as("rounded upwards").isEqualTo(views.get(3));
    }

    @Test
    void imageIsMirroredIfTheModelHasNoCrop() {
        RawImage image = new RawImage(2, 1, PixelLayout.BGR, new byte[] {3, 2, 1, 6, 5, 4});
        Preprocessing whole = Cards.torchvision(null, null);

        try (ImagePreparer preparer =
                ImagePreparer.create(whole, ImageOptions.defaults().withViews(Views.FLIP))) {
            Ready ready = (Ready) preparer.prepare(image);

            assertThat(ready.rgb()).containsExactly(1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3);
            assertThat(ready.width()).isEqualTo(2);
            assertThat(ready.height()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Views.class)
    void hashIsThatOfThePictureWhateverTheViews(Views views) {
        try (ImagePreparer preparer = ImagePreparer.create(
                List.of(Cards.torchvision(36, 28)),
                List.of(ImageOptions.defaults().withViews(views)),
                ImageHash.DIFFERENCE)) {
            Ready ready = (Ready) preparer.prepare(SyntheticPicture.raw(50, 40));

            assertThat(ready.rgb()).hasSize(views.count() * 28 * 28 * 3);
            assertThat(ready.differenceHash()).isEqualTo(DifferenceHash.of(SyntheticPicture.of(50, 40)));
        }
    }

    @Test
    void severalCropsOfAModelWithoutACropAreRefused() {
        Preprocessing whole = Cards.torchvision(null, null);
        ImageOptions options = ImageOptions.defaults();

        for (Views views : List.of(Views.FIVE_CROP, Views.TEN_CROP)) {
            assertThatThrownBy(() -> ImagePreparer.check(whole, options.withViews(views)))
                    .isInstanceOf(CardinalException.class)
                    .hasMessage(
                            "--views " + views.name().toLowerCase(Locale.ROOT).replace('_', '-')
                                    + " needs a model with a crop, and this model takes the whole image: use flip or one");
            assertThatCode(() -> ImagePreparer.check(Cards.torchvision(256, 224), options.withViews(views)))
                    .doesNotThrowAnyException();
        }
        assertThatCode(() -> ImagePreparer.check(whole, options.withViews(Views.FLIP)))
                .doesNotThrowAnyException();
    }

    private static List<byte[]> render(Pixels picture, Preprocessing preprocessing, Views views) {
        Geometry center = Geometry.of(preprocessing, picture.width(), picture.height());
        ViewRenderer renderer =
                new ViewRenderer(views, preprocessing.interpolation(), PixelColor.border(Cards.torchvision(1, 1)));
        byte[] rgb = renderer.render(picture, center);
        int bytes = center.output().width() * center.output().height() * 3;
        List<byte[]> rendered = new ArrayList<>();
        for (int at = 0; at < rgb.length; at += bytes) {
            rendered.add(Arrays.copyOfRange(rgb, at, at + bytes));
        }
        return rendered;
    }

    /** Returns the red values of a column. */
    private static int[] column(byte[] view, int edge, int x) {
        return IntStream.range(0, edge).map(y -> view[3 * (y * edge + x)]).toArray();
    }

    private static Views views(String option) {
        return Views.valueOf(option.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
