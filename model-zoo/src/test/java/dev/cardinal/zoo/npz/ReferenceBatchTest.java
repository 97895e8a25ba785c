package dev.cardinal.zoo.npz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ModelCard;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceBatchTest {
    private static final byte[] PIXELS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1};
    private static final String GOOD = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2, 3), }";
    private static final int MUTATIONS = 3000;

    @TempDir
    private Path directory;

    @Test
    void arraysOfAValidFileAreRead() throws IOException {
        ReferenceBatch batch = ReferenceBatch.read(valid().write(directory.resolve("r.npz")));

        assertThat(batch.count()).isEqualTo(2);
        assertThat(batch.height()).isEqualTo(1);
        assertThat(batch.width()).isEqualTo(2);
        assertThat(batch.classes()).isEqualTo(2);
        assertThat(batch.image(1)).containsExactly(7, 8, 9, 10, 11, -1);
        assertThat(batch.logit(1, 0)).isEqualTo(-2.5f);
    }

    @Test
    void fileThatNumPyWroteIsRead() throws IOException {
        Path file = directory.resolve("numpy.npz");
        try (InputStream in = ModelCard.class.getResourceAsStream("/dev/cardinal/zoo/fine_tuned.npz")) {
            Files.copy(in, file);
        }
        ReferenceBatch batch = ReferenceBatch.read(file);

        assertThat(batch.count()).isEqualTo(2);
        assertThat(batch.height()).isEqualTo(64);
        assertThat(batch.classes()).isEqualTo(3);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("array images is missing", new NpzWriter().float32("logits", new float[2], 1, 2)),
                arguments(
                        "array logits is missing",
                        new NpzWriter().uint8("images", PIXELS, 2, 1, 2, 3).uint8("weights", PIXELS, 12)),
                arguments(
                        "is <f4 [2, 1, 2, 3] instead of |u1 with 4 dimensions",
                        images(NpzWriter.dict("<f4", 2, 1, 2, 3))),
                arguments("is |u1 [12] instead of |u1 with 4 dimensions", images(NpzWriter.dict("|u1", 12))),
                arguments(
                        "images have shape [1, 1, 3, 4] instead of [N, height, width, 3]",
                        images(NpzWriter.dict("|u1", 1, 1, 3, 4))),
                arguments("in Fortran order", images(GOOD.replace("False", "True"))),
                arguments("needs 2304 bytes but has 12", images(NpzWriter.dict("|u1", 2, 16, 24, 3))),
                arguments("needs 9 bytes but has 12", images(NpzWriter.dict("|u1", 1, 1, 3, 3))),
                arguments(
                        "cannot be read: long overflow",
                        images(NpzWriter.dict("|u1", 2147483647, 2147483647, 2147483647, 3))),
                arguments("which is too large", images(GOOD.replace("(2,", "(99999999999,"))),
                arguments("has an invalid header", images("{'descr': __import__('os').system('id')}")),
                arguments("has an invalid header", images(GOOD.replace("(2,", "(-2,"))),
                arguments("has an invalid header", images("")),
                arguments("header of 20001 bytes", images(" ".repeat(20_000))),
                arguments(
                        "is not a NumPy array",
                        new NpzWriter().entry("images.npy", "hello".getBytes(StandardCharsets.UTF_8), ZipEntry.STORED)),
                arguments("is not a NumPy array", new NpzWriter().entry("images.npy", new byte[0], ZipEntry.STORED)),
                arguments(
                        "NumPy format version 9.0",
                        new NpzWriter()
                                .entry(
                                        "images.npy",
                                        new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 9, 0, 1, 0},
                                        ZipEntry.STORED)),
                arguments("is compressed", new NpzWriter().entry("images.npy", new byte[1 << 20], ZipEntry.DEFLATED)),
                arguments(
                        "logits have shape [3, 2] instead of [2, classes]",
                        new NpzWriter().uint8("images", PIXELS, 2, 1, 2, 3).float32("logits", new float[6], 3, 2)),
                arguments(
                        "with at least one image",
                        new NpzWriter().uint8("images", new byte[0], 0, 1, 2, 3).float32("logits", new float[0], 0, 2)),
                arguments(
                        "the logits of image 1 contain NaN",
                        new NpzWriter()
                                .uint8("images", PIXELS, 2, 1, 2, 3)
                                .float32("logits", new float[] {1, 2, 3, Float.NaN}, 2, 2)));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String reason, NpzWriter content) throws IOException {
        Path file = content.write(directory.resolve("r.npz"));

        assertThatThrownBy(() -> ReferenceBatch.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("reference " + file)
                .hasMessageContaining(reason);
    }

    @Test
    void fileThatIsNotAZipIsRejected() throws IOException {
        Path file = Files.writeString(directory.resolve("r.npz"), "hello");

        assertThatThrownBy(() -> ReferenceBatch.read(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> ReferenceBatch.read(directory.resolve("missing.npz")))
                .isInstanceOf(CardinalException.class);
    }

    @Test
    void changedPixelIsDetectedByTheChecksum() throws IOException {
        byte[] bytes = valid().bytes();
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\u0001\u0002\u0003\u0004\u0005");
        bytes[at] = 99;
        Path file = Files.write(directory.resolve("r.npz"), bytes);

        assertThatThrownBy(() -> ReferenceBatch.read(file)).hasMessageContaining("is corrupt: its CRC-32");
    }

    @Test
    void everyTruncationIsACardinalException() throws IOException {
        byte[] whole = valid().bytes();
        for (int length = 0; length < whole.length; length++) {
            Path file = Files.write(directory.resolve("r.npz"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ReferenceBatch.read(file)).isInstanceOf(CardinalException.class);
        }
    }

    @Test
    void mutatedFileIsReadOrRejectedWithACardinalException() throws IOException {
        byte[] whole = valid().bytes();
        Random random = new Random(3);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = whole.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(directory.resolve("r.npz"), mutated);
            assertThatCode(() -> {
                        try {
                            ReferenceBatch.read(file);
                        } catch (CardinalException e) {
                            assertThat(e).hasMessageContaining("reference ");
                        }
                    })
                    .doesNotThrowAnyException();
        }
    }

    private static NpzWriter valid() {
        return new NpzWriter()
                .uint8("images", PIXELS, 2, 1, 2, 3)
                .float32("logits", new float[] {1, 2, -2.5f, 4}, 2, 2);
    }

    private static NpzWriter images(String dict) {
        return new NpzWriter().array("images", dict, PIXELS).float32("logits", new float[4], 2, 2);
    }
}
