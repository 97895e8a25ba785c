package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.ImageOptions.ExifOrientation;
import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The statuses of images that cannot be decoded. */
class ImageStatusTest {

    private static final ImagePreparer PREPARER =
            ImagePreparer.create(Cards.torchvision(256, 224), ImageOptions.defaults());

    /** One red pixel: {@code Image.new("RGB", (1, 1), (255, 0, 0)).save(file, "PNG")} with Pillow 9.4.0. */
    private static final byte[] RED_PNG = HexFormat.of()
            .parseHex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000"
                    + "000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082");

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    @Test
    void fileWithoutBytesIsEmpty() {
        assertThat(PREPARER.prepare(new byte[0])).isEqualTo(new Rejected(Status.EMPTY, "no bytes", null, null));
    }

    static Stream<Arguments> otherFiles() {
        return Stream.of(
                Arguments.of("not an image: the file contains HTML", "<!DOCTYPE html>\n<html><body>404</body></html>"),
                Arguments.of("not an image: the file contains HTML", "\u00ef\u00bb\u00bf \r\n<HTML lang='en'>"),
                Arguments.of("unsupported image format: SVG; convert it to PNG", "<?xml version='1.0'?><svg/>"),
                Arguments.of("not an image: the file contains text", "hello\n"),
                Arguments.of("not an image: the file contains text", "B"),
                Arguments.of("not an image: the file contains text", "BMW, Audi and other cars of the data set\n"),
                Arguments.of("unknown file format: the file starts with the bytes 00 01 02", "\0\u0001\u0002"),
                Arguments.of("unknown file format: the file starts with the bytes ff d8", "\u00ff\u00d8"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherFiles")
    void unsupportedFileSaysWhatItContains(String error, String content) {
        assertThat(PREPARER.prepare(content.getBytes(StandardCharsets.ISO_8859_1)))
                .isEqualTo(new Rejected(Status.UNSUPPORTED, error, null, null));
    }

    @Test
    void truncatedJpegSaysWhereItEnds() {
        byte[] cut = Arrays.copyOf(TestImages.read("baseline_420.jpg"), 700);

        assertThat(PREPARER.prepare(cut))
                .isEqualTo(new Rejected(Status.UNDECODABLE, "JPEG: premature end of data at byte 700", 43, 35));
    }

    @Test
    void fileTruncatedBeforeItsSizeHasNoSize() {
        byte[] cut = Arrays.copyOf(TestImages.read("baseline_420.jpg"), 20);

        assertThat(PREPARER.prepare(cut))
                .isEqualTo(new Rejected(Status.UNDECODABLE, "JPEG: premature end of data at byte 20", null, null));
    }

    @Test
    void imageWithoutPixelsIsUndecodable() {
        byte[] encoded = TestImages.read("rgb_24_bit.bmp");
        Arrays.fill(encoded, 18, 22, (byte) 0);

        assertThat(PREPARER.prepare(encoded))
                .isEqualTo(
                        new Rejected(Status.UNDECODABLE, "BMP: invalid image size 0 x 35 in the header", null, null));
    }

    @Test
    void imageWithMorePixelsThanTheOptionIsTooLarge() {
        try (ImagePreparer strict = ImagePreparer.create(
                Cards.torchvision(256, 224), new ImageOptions(43 * 35 - 1, ExifOrientation.IGNORE))) {
            assertThat(strict.prepare(TestImages.read("lossless.webp")))
                    .isEqualTo(new Rejected(Status.TOO_LARGE, "WEBP: 43 x 35 pixels exceed the limit of 1504", 43, 35));
        }
    }

    @Test
    void onePixelFillsTheCrop() {
        Preparation preparation = PREPARER.prepare(RED_PNG);

        assertThat(preparation).isInstanceOfSatisfying(Ready.class, ready -> {
            assertThat(ready.sourceWidth()).isEqualTo(1);
            assertThat(ready.sourceHeight()).isEqualTo(1);
            assertThat(ready.rgb()).hasSize(224 * 224 * 3).startsWith(255, 0, 0).endsWith(255, 0, 0);
        });
    }
}
