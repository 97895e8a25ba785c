package dev.cardinal.udf.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.image.Preparation.Ready;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.Preprocessing.CropRounding;
import dev.cardinal.zoo.Preprocessing.Interpolation;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What becomes of bytes that are no good picture. */
class ImageStatusTest {

    private static final Preprocessing EVALUATION = new Preprocessing(
            256,
            224,
            Interpolation.PILLOW_BILINEAR,
            CropRounding.HALF_EVEN,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    private static final ImagePreparer PREPARER = ImagePreparer.create(EVALUATION, ImageOptions.defaults());

    /** One red pixel: {@code Image.new("RGB", (1, 1), (255, 0, 0)).save(file, "PNG")} with Pillow 9.4.0. */
    private static final byte[] RED_PNG = HexFormat.of()
            .parseHex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000"
                    + "000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082");

    @AfterAll
    static void closePreparer() {
        PREPARER.close();
    }

    @Test
    void noBytesAreEmpty() {
        assertThat(PREPARER.prepare(new byte[0])).isEqualTo(new Rejected(Status.EMPTY, "no bytes", null, null));
    }

    @Test
    void textIsUnsupported() {
        assertThat(PREPARER.prepare("hello\n".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new Rejected(Status.UNSUPPORTED, "no image format that is decoded: text", null, null));
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
