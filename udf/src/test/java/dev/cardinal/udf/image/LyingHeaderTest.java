package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Rejected;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers that declare more pixels than the file contains, or more than a run allows. */
class LyingHeaderTest {

    private static final ImagePreparer PREPARER =
            ImagePreparer.create(Cards.torchvision(256, 224), ImageOptions.defaults());

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    /** The positions of width and height in a file's header. */
    private record Header(String file, int widthAt, int heightAt, int bytes, ByteOrder order) {

        byte[] declaring(int width, int height) {
            byte[] encoded = TestImages.read(file);
            put(encoded, widthAt, width);
            put(encoded, heightAt, height);
            if (file.endsWith(".png")) {
                CRC32 crc = new CRC32();
                crc.update(encoded, 12, 17);
                ByteBuffer.wrap(encoded).putInt(29, (int) crc.getValue());
            }
            return encoded;
        }

        private void put(byte[] encoded, int at, int value) {
            ByteBuffer buffer = ByteBuffer.wrap(encoded).order(order);
            if (bytes == 2) {
                buffer.putShort(at, (short) value);
            } else {
                buffer.putInt(at, value);
            }
        }

        @Override
        public String toString() {
            return file;
        }
    }

    private static Header jpeg(String file) {
        byte[] encoded = TestImages.read(file);
        int at = 2;
        while ((encoded[at + 1] & 0xff) < 0xc0 || (encoded[at + 1] & 0xff) > 0xc2) {
            at += 2 + ByteBuffer.wrap(encoded).getShort(at + 2);
        }
        return new Header(file, at + 7, at + 5, 2, ByteOrder.BIG_ENDIAN);
    }

    private static Header gif(String file) {
        byte[] encoded = TestImages.read(file);
        int at = 13 + 3 * (2 << (encoded[10] & 7));
        assertThat(encoded[at]).as("image descriptor").isEqualTo((byte) ',');
        return new Header(file, at + 5, at + 7, 2, ByteOrder.LITTLE_ENDIAN);
    }

    /** Finds tags 256 and 257 of the first directory, which tools write first. */
    private static Header tiff(String file) {
        ByteBuffer encoded = ByteBuffer.wrap(TestImages.read(file)).order(ByteOrder.LITTLE_ENDIAN);
        int at = encoded.getInt(4) + 2;
        while (encoded.getShort(at) != 256) {
            at += 12;
        }
        return new Header(file, at + 8, at + 20, 4, ByteOrder.LITTLE_ENDIAN);
    }

    static Stream<Header> headers() {
        return Stream.of(
                jpeg("baseline_420.jpg"),
                jpeg("baseline_444.jpg"),
                jpeg("progressive_420.jpg"),
                jpeg("grey.jpg"),
                jpeg("cmyk_adobe.jpg"),
                jpeg("restart_every_block.jpg"),
                new Header("rgb_8_bit.png", 16, 20, 4, ByteOrder.BIG_ENDIAN),
                new Header("grey_16_bit.png", 16, 20, 4, ByteOrder.BIG_ENDIAN),
                gif("plain.gif"),
                gif("two_colours.gif"),
                new Header("rgb_24_bit.bmp", 18, 22, 4, ByteOrder.LITTLE_ENDIAN),
                new Header("rle_8_bit.bmp", 18, 22, 4, ByteOrder.LITTLE_ENDIAN),
                tiff("lzw.tif"),
                tiff("uncompressed.tif"),
                tiff("tiled.tif"));
    }

    /**
     * Lossless WebP stores width and height less one in 14 bits each after its signature; lossy WebP in 14 of 16 bits.
     */
    static Stream<Arguments> webps() {
        ByteBuffer lossless = ByteBuffer.wrap(TestImages.read("lossless.webp")).order(ByteOrder.LITTLE_ENDIAN);
        lossless.putInt(21, (lossless.getInt(21) & ~(0x3fff << 14)) | (349 << 14));
        ByteBuffer lossy = ByteBuffer.wrap(TestImages.read("lossy.webp")).order(ByteOrder.LITTLE_ENDIAN);
        lossy.putShort(28, (short) 350);
        return Stream.of(Arguments.of("lossless.webp", lossless.array()), Arguments.of("lossy.webp", lossy.array()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void imageWithMissingRowsIsUndecodable(Header header) {
        assertUndecodable(header.declaring(43, 350), 43, 350);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("webps")
    void webpWithMissingRowsIsUndecodable(String file, byte[] encoded) {
        assertUndecodable(encoded, 43, 350);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void hugeImageInAFewBytesIsUndecodable(Header header) {
        assertUndecodable(header.declaring(12_000, 12_000), 12_000, 12_000);
    }

    @Test
    void webpFrameLargerThanItsCanvasIsUndecodable() {
        ByteBuffer encoded =
                ByteBuffer.wrap(TestImages.read("animated_frame_offset.webp")).order(ByteOrder.LITTLE_ENDIAN);
        int signature = 0;
        while (encoded.getInt(signature) != 0x4c385056) { // VP8L
            signature++;
        }
        encoded.putInt(signature + 9, 16_383 | (16_383 << 14));

        assertThat(PREPARER.prepare(encoded.array()))
                .isEqualTo(new Rejected(
                        Status.UNDECODABLE, "WEBP: a frame of 16384 x 16384 pixels does not fit its canvas", 60, 50));
    }

    private static void assertUndecodable(byte[] encoded, int width, int height) {
        assertThat(PREPARER.prepare(encoded)).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.status()).isEqualTo(Status.UNDECODABLE);
            assertThat(rejected.sourceWidth()).isEqualTo(width);
            assertThat(rejected.sourceHeight()).isEqualTo(height);
            assertThat(rejected.error()).doesNotContain("\n");
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void imageThatDeclaresTooManyPixelsIsTooLarge(Header header) {
        assertThat(PREPARER.prepare(header.declaring(30_000, 20_000)))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(Status.TOO_LARGE);
                    assertThat(rejected.error()).endsWith(": 30000 x 20000 pixels exceed the limit of 178956970");
                });
    }
}
