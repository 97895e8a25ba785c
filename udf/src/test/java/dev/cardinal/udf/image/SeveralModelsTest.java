package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Prepares an image for several models at once, and compares the results with those of a preparer for each model. */
class SeveralModelsTest {
    private static final byte[] PICTURE = Pictures.png(61, 47, 3);
    private static final Preprocessing BORDER = with(List.of(0.5, 0.25, 0.75)).withCropMode(CropMode.BORDER);

    private static final List<Preprocessing> DIFFERENT = List.of(
            Cards.torchvision(32, 28),
            Cards.torch7(40, 28),
            Cards.torchvision(null, null),
            Cards.torchvision(32, 28).withCropMode(CropMode.SQUASH),
            BORDER);

    /** Returns a preprocessing whose colors matter only if it has a border. */
    private static Preprocessing with(List<Double> mean) {
        return new Preprocessing(
                32, 32, Interpolation.PILLOW_BICUBIC, CropRounding.HALF_EVEN, mean, List.of(0.5, 0.5, 0.5));
    }

    @Test
    void everyModelGetsThePixelsOfItsOwnPreparer() {
        List<Preparation> prepared = prepared(DIFFERENT, PICTURE);

        for (int model = 0; model < DIFFERENT.size(); model++) {
            assertThat(prepared.get(model))
                    .as(DIFFERENT.get(model).toString())
                    .usingRecursiveComparison()
                    .isEqualTo(own(DIFFERENT.get(model), PICTURE));
        }
        assertThat(prepared.stream()
                        .map(each -> Collections.unmodifiableList(bytes((Ready) each)))
                        .distinct())
                .hasSize(DIFFERENT.size());
    }

    private static List<Integer> bytes(Ready ready) {
        return IntStream.range(0, ready.rgb().length)
                .mapToObj(i -> (int) ready.rgb()[i])
                .toList();
    }

    @Test
    void modelsThatDifferOnlyInMeanAndStdShareTheirPixels() {
        Preprocessing brighter = with(List.of(0.4, 0.4, 0.4));

        List<Preparation> prepared = prepared(List.of(with(List.of(0.1, 0.2, 0.3)), brighter), PICTURE);

        assertThat(((Ready) prepared.get(0)).rgb()).isSameAs(((Ready) prepared.get(1)).rgb());
    }

    @Test
    void borderColorIsPartOfThePreparation() {
        Preprocessing darker = with(List.of(0.1, 0.1, 0.1)).withCropMode(CropMode.BORDER);

        List<Preparation> prepared = prepared(List.of(BORDER, darker), PICTURE);

        assertThat(prepared.get(0)).usingRecursiveComparison().isEqualTo(own(BORDER, PICTURE));
        assertThat(prepared.get(1)).usingRecursiveComparison().isEqualTo(own(darker, PICTURE));
        assertThat(((Ready) prepared.get(0)).rgb()).isNotEqualTo(((Ready) prepared.get(1)).rgb());
    }

    @Test
    void corruptImageIsRejectedForEveryModel() {
        byte[] corrupt = Arrays.copyOf(PICTURE, 100);

        List<Preparation> prepared = prepared(DIFFERENT, corrupt);

        assertThat(prepared).hasSize(DIFFERENT.size()).allMatch(own(DIFFERENT.get(0), corrupt)::equals);
        assertThat(prepared(DIFFERENT, new byte[0]))
                .allMatch(new Rejected(Status.EMPTY, "no bytes", null, null)::equals);
    }

    @Test
    void imageIsTooLargeOnlyForTheModelWithALowerLimit() {
        ImageOptions few = new ImageOptions(1_000, ExifOrientation.IGNORE);
        Preprocessing cropped = Cards.torchvision(32, 28);
        try (ImagePreparer preparer = ImagePreparer.create(
                List.of(cropped, cropped, cropped), List.of(few, ImageOptions.defaults(), few), ImageHash.NONE)) {
            List<Preparation> prepared = preparer.prepareForEach(PICTURE);

            Rejected tooLarge = new Rejected(Status.TOO_LARGE, "PNG: 61 x 47 pixels exceed the limit of 1000", 61, 47);
            assertThat(prepared.get(0)).isEqualTo(tooLarge);
            assertThat(prepared.get(1)).usingRecursiveComparison().isEqualTo(own(cropped, PICTURE));
            assertThat(prepared.get(2)).isEqualTo(tooLarge);
        }
    }

    private static List<Preparation> prepared(List<Preprocessing> preprocessings, byte[] encoded) {
        try (ImagePreparer preparer = ImagePreparer.create(
                preprocessings, Collections.nCopies(preprocessings.size(), ImageOptions.defaults()), ImageHash.NONE)) {
            return preparer.prepareForEach(encoded);
        }
    }

    private static Preparation own(Preprocessing preprocessing, byte[] encoded) {
        try (ImagePreparer preparer = ImagePreparer.create(preprocessing, ImageOptions.defaults())) {
            return preparer.prepare(encoded);
        }
    }
}
