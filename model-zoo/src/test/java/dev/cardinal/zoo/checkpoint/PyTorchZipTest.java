package dev.cardinal.zoo.checkpoint;

import static dev.cardinal.zoo.checkpoint.PickleWriter.pickle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchZipTest {
    private static final byte[] PICKLE = pickle().raw("}")
            .tensor("a", 4, 0, new long[] {2, 2}, new long[] {2, 1})
            .raw("s")
            .stop();

    private final Path directory;

    PyTorchZipTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private Path file() {
        return directory.resolve("weights.pth");
    }

    private void assertFails(String... reasons) {
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(file()).close())
                .satisfies(e -> assertThat(e).hasMessageContainingAll(reasons));
    }

    @ParameterizedTest
    @CsvSource({
        "zip_torchscript.pt, the file is a TorchScript archive",
        "zip_pickled_module.pth, only a pickled module of class __main__.Tiny",
    })
    void pyTorchProgramsAreRefused(String fixture, String reason) {
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(Fixtures.file(fixture)).close())
                .withMessageContaining(reason)
                .withMessageContaining("torch.save(model.state_dict(), file)");
    }

    @Test
    void compressedEntryIsRefused() throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE).deflated("x/data/0", new byte[16]);
        }
        assertFails("entry x/data/0 is compressed");
    }

    @Test
    void duplicateEntryIsRefused() throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE).stored("x/data/0", new byte[16]).stored("x/data/0", new byte[16]);
        }
        assertFails("two entries named x/data/0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "x/../../evil", "/etc/passwd", "x\\..\\evil", "x/./evil", "x/a\nb"})
    void namesOutsideTheArchiveAreRefused(String name) throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE).stored("x/data/0", new byte[16]).stored(name, new byte[1]);
        }
        assertFails("points outside the archive");
    }

    @Test
    void overlappingEntriesAreRefused() throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE).stored("x/data/0", new byte[16]).stored("x/data/1", new byte[16]);
        }
        byte[] bytes = Files.readAllBytes(file());
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int first = text.lastIndexOf("x/data/0");
        int second = text.lastIndexOf("x/data/1");
        int headerOffset = -4;
        System.arraycopy(bytes, first + headerOffset, bytes, second + headerOffset, 4);
        Files.write(file(), bytes);
        assertFails("two entries overlap");
    }

    @Test
    void zip64EntriesAreRead() throws IOException {
        try (ZipWriter zip = new ZipWriter(file(), Zip64Mode.Always)) {
            zip.stored("x/data.pkl", PICKLE)
                    .stored("x/data/0", new byte[] {0, 0, -0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        }
        try (Checkpoint checkpoint = Checkpoint.open(file())) {
            assertThat(checkpoint.read("", "a")).containsExactly(1, 0, 0, 0);
        }
    }

    @Test
    void missingStorageIsReported() throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE).stored("x/data/1", new byte[16]);
        }
        assertFails("weights.pth (pytorch-zip) is corrupt: entry x/data/0 is missing");
    }

    @Test
    void storageOfAnotherSizeIsReported() throws IOException {
        ZipWriter.checkpoint(file(), PICKLE, 12);
        assertFails("entry data/0 has 12 bytes, but data.pkl expects 16");
    }

    @ParameterizedTest
    @CsvSource({
        "a/data.pkl, b/data.pkl, 'the archive has 2 entries <root>/data.pkl'",
        "data.pkl, a/b/data.pkl, 'is a zip archive that contains data.pkl, a/b/data.pkl'"
    })
    void archiveMustHaveOnePickle(String first, String second, String reason) throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored(first, PICKLE).stored(second, PICKLE);
        }
        assertFails(reason);
    }

    @Test
    void unknownByteOrderIsReported() throws IOException {
        try (ZipWriter zip = new ZipWriter(file())) {
            zip.stored("x/data.pkl", PICKLE)
                    .stored("x/data/0", new byte[16])
                    .stored("x/byteorder", "middle".getBytes(StandardCharsets.US_ASCII));
        }
        assertFails("byteorder is neither");
    }

    @Test
    void flippedBitInAStorageIsDetectedWhenItIsRead() throws IOException {
        byte[] bytes = Files.readAllBytes(ZipWriter.checkpoint(file(), PICKLE, 16));
        int storage =
                new String(bytes, StandardCharsets.ISO_8859_1).indexOf("archive/data/0") + "archive/data/0".length();
        bytes[storage + 5] ^= 0x10;
        Files.write(file(), bytes);
        try (Checkpoint checkpoint = Checkpoint.open(file())) {
            assertThatExceptionOfType(CardinalException.class)
                    .isThrownBy(() -> checkpoint.read("", "a"))
                    .withMessageContaining("is corrupt at byte " + storage)
                    .withMessageContaining("CRC-32 of 16 bytes is ");
        }
    }

    @Test
    void flippedBitInThePickleIsDetectedBeforeItIsParsed() throws IOException {
        byte[] bytes = Files.readAllBytes(ZipWriter.checkpoint(file(), PICKLE, 16));
        int name = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("X\1\0\0\0a");
        bytes[name + 5] = 'b';
        Files.write(file(), bytes);
        assertFails("CRC-32");
    }

    @Test
    void everyTruncationIsACardinalException() throws IOException {
        byte[] bytes = Files.readAllBytes(ZipWriter.checkpoint(file(), PICKLE, 16));
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file(), Arrays.copyOf(bytes, length));
            assertFails("weights.pth");
        }
    }
}
