package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares hashes with difference_hash.csv, which src/test/python/difference_hash.py made by the definition. */
class DifferenceHashTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "difference_hash.csv", numLinesToSkip = 1)
    void hashEqualsTheReference(String file, String bits) {
        assertThat(hash(ImageHash.DIFFERENCE, file)).isEqualTo(Long.parseUnsignedLong(bits, 2));
    }

    @Test
    void hashIsComputedOnlyOnRequest() {
        assertThat(hash(ImageHash.NONE, "rgb_8_bit.png")).isNull();
    }

    private static @Nullable Long hash(ImageHash hash, String file) {
        try (ImagePreparer preparer =
                ImagePreparer.create(List.of(Cards.torchvision(256, 224)), List.of(ImageOptions.defaults()), hash)) {
            return ((Ready) preparer.prepare(TestImages.read(file))).differenceHash();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 2", "9, 8", "28, 28", "640, 7", "13000, 3", "50, 400", "7, 2000"})
    void hashOfWhiteNoiseEqualsTheSumOfItsPixels(int width, int height) {
        Pixels image = new Pixels();
        image.reshape(width, height);
        new Random(width).nextBytes(image.rgb());

        assertThat(DifferenceHash.of(image)).isEqualTo(slow(image));
    }

    @Test
    void brighterByHalfAGrayLevelIsNotBrighter() {
        Pixels image = new Pixels();
        image.reshape(18, 1);
        image.rgb()[3 * 4] = 3; // one of two pixels, so that the cell is half a gray level brighter than its neighbors
        image.rgb()[3 * 10] = 4;

        assertThat(DifferenceHash.of(image)).isEqualTo(0x0808080808080808L);
    }

    /** Adds ninths of pixels, one at a time. */
    private static long slow(Pixels image) {
        StringBuilder bits = new StringBuilder();
        int lines = Math.max(10, Math.min(24, image.height() / 32));
        for (int row = 0; row < 8; row++) {
            long[] cells = new long[9];
            for (int j = 0; j < lines; j++) {
                int y = (int) ((2L * ((long) lines * row + j) + 1) * image.height() / (16L * lines));
                for (int ninth = 0; ninth < 9 * image.width(); ninth++) {
                    int at = 3 * (y * image.width() + ninth / 9);
                    for (int channel = 0; channel < 3; channel++) {
                        cells[ninth / image.width()] += image.rgb()[at + channel] & 0xff;
                    }
                }
            }
            for (int c = 0; c < 8; c++) {
                bits.append(2 * (cells[c + 1] - cells[c]) > 3L * lines * image.width() ? '1' : '0');
            }
        }
        return Long.parseUnsignedLong(bits.toString(), 2);
    }
}
