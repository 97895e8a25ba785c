package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** Files that stop short, at every length there is. */
class TruncationTest {

    private static final ImagePreparer PREPARER =
            ImagePreparer.create(Cards.torchvision(32, 28), ImageOptions.defaults());

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    /** Files with more in them than pictures are whole as soon as the pictures are; Pillow pads the pages of a TIFF. */
    private static final Map<String, Integer> PICTURE_BYTES = Map.of(
            "trailing_garbage.jpg", 1129,
            "two_images_in_one_file.jpg", 1129,
            "trailing_garbage.gif", 1206,
            "trailing_garbage.png", 3575,
            "two_pages.tif", 5996);

    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "images.csv", numLinesToSkip = 1)
    void aFileCutAnywhereGivesNoPixels(String file) {
        byte[] whole = TestImages.read(file);
        List<Integer> accepted = new ArrayList<>();
        int pictureBytes = PICTURE_BYTES.getOrDefault(file, whole.length);
        for (int length = 0; length < pictureBytes; length++) {
            if (PREPARER.prepare(Arrays.copyOf(whole, length)) instanceof Ready) {
                accepted.add(length);
            }
        }

        assertThat(accepted)
                .as("lengths of %d that are taken for whole", whole.length)
                .isEmpty();
    }
}
