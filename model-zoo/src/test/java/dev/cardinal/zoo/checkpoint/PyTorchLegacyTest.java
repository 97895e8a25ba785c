package dev.cardinal.zoo.checkpoint;

import static dev.cardinal.zoo.checkpoint.PickleWriter.legacy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PyTorchLegacyTest {
    private static final String KEYS = "\u0080\u0002]X\1\0\0\0" + "0a.";
    private static final String FLOATS = "\0\0\u0080?\0\0\0@";

    private final Path file;

    PyTorchLegacyTest(@TempDir Path directory) {
        this.file = directory.resolve("weights.pth");
    }

    private void assertFails(byte[] content, String reason) throws IOException {
        Files.write(file, content);
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(file).close())
                .withMessageContaining("weights.pth (pytorch-legacy)")
                .withMessageContaining(reason);
    }

    private static PickleWriter twoFloats() {
        return legacy().raw("}")
                .tensor("a", 2, 0, new long[] {2}, new long[] {1})
                .raw("s.");
    }

    @Test
    void tensorsFollowTheListOfKeys() throws IOException {
        Files.write(file, twoFloats().raw(KEYS).int64(2).raw(FLOATS).bytes());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.read("", "a")).containsExactly(1, 2);
        }
    }

    @Test
    void storageViewBeginsAtItsOffset() throws IOException {
        byte[] content = legacy().raw("}")
                .text("a")
                .global("torch._utils", "_rebuild_tensor")
                .raw("((")
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .raw("K\2(")
                .text("view")
                .raw("K\1K\1ttQK\0K\1\u0085K\1\u0085tRs.")
                .raw(KEYS)
                .int64(2)
                .raw(FLOATS)
                .bytes();
        Files.write(file, content);
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.read("", "a")).containsExactly(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "3, 0", "0, 3", "-1, 1", "1, -1", "9223372036854775807, 1"})
    void storageViewOutsideItsStorageIsRejected(long offset, long size) throws IOException {
        byte[] content = legacy().raw("}(")
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .raw("K\2(")
                .text("view")
                .number(offset)
                .number(size)
                .raw("ttQ.")
                .bytes();
        assertFails(content, "a view of storage 0 is outside the storage");
    }

    @ParameterizedTest
    @MethodSource
    void corruptFileIsReportedWithItsReason(String what, byte[] content, String reason) throws IOException {
        assertFails(content, reason);
    }

    static Stream<Arguments> corruptFileIsReportedWithItsReason() {
        return Stream.of(
                arguments(
                        "another protocol",
                        new PickleWriter().raw(PickleWriter.MAGIC).raw("K\1.").bytes(),
                        "at byte 15: the protocol number is not 1001"),
                arguments(
                        "no byte order",
                        new PickleWriter()
                                .raw(PickleWriter.MAGIC)
                                .raw("M\u00e9\u0003.}.")
                                .bytes(),
                        "is not a dict with the key little_endian"),
                arguments(
                        "a big-endian machine",
                        new PickleWriter()
                                .raw(PickleWriter.MAGIC)
                                .raw("M\u00e9\u0003.}")
                                .text("little_endian")
                                .raw("\u0089s.")
                                .bytes(),
                        "big-endian machine"),
                arguments(
                        "another count",
                        twoFloats().raw(KEYS).int64(3).raw(FLOATS).bytes(),
                        "storage 0 has 3 elements, but its tensors need 2"),
                arguments(
                        "bytes missing",
                        twoFloats().raw(KEYS).int64(2).raw("\0\0\0").bytes(),
                        "expected 8 bytes but only 3 remain"),
                arguments(
                        "bytes left",
                        twoFloats().raw(KEYS).int64(2).raw(FLOATS).raw("x").bytes(),
                        "1 unexpected bytes after the last storage"),
                arguments(
                        "no storage", twoFloats().raw("].").bytes(), "the file has 0 storages, but its tensors use 1"),
                arguments(
                        "another storage",
                        twoFloats()
                                .raw("]X\1\0\0\0" + "1a.")
                                .int64(2)
                                .raw(FLOATS)
                                .bytes(),
                        "a key that no tensor uses"),
                arguments(
                        "the same storage twice",
                        twoFloats()
                                .raw("](X\1\0\0\0" + "0X\1\0\0\0" + "0e.")
                                .int64(2)
                                .raw(FLOATS)
                                .int64(2)
                                .raw(FLOATS)
                                .bytes(),
                        "contains 0 twice"));
    }

    @Test
    void programsAreRefused() throws IOException {
        byte[] content = legacy().global("os", "system").raw("U\2id\u0085R.].").bytes();
        assertFails(content, "only an object of class os.system");
        assertFails(Fixtures.bytes("legacy_pickled_module.pth"), "only a pickled module of class __main__.Tiny");
    }

    @Test
    void tarFormatIsRefused() {
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(Fixtures.file("tar_variant.pth")))
                .withMessageContaining("is a TAR archive")
                .withMessageContaining("load it with PyTorch and save it again");
    }

    @Test
    void everyTruncationIsACardinalException() throws IOException {
        byte[] content = twoFloats().raw(KEYS).int64(2).raw(FLOATS).bytes();
        for (int length = PickleWriter.MAGIC.length(); length < content.length; length++) {
            assertFails(Arrays.copyOf(content, length), "is corrupt");
        }
    }

    @Test
    void storagesBeyondTwoGibibytesAreRead() throws IOException {
        long halves = 1_100_000_001L;
        byte[] head = legacy().raw("}")
                .text("big")
                .global("torch._utils", "_rebuild_tensor")
                .raw("(")
                .storage("HalfStorage", "0", halves)
                .number(halves - 3)
                .tuple(3)
                .tuple(1)
                .raw("tRs")
                .text("tail")
                .global("torch._utils", "_rebuild_tensor")
                .raw("(")
                .storage("FloatStorage", "1", 2)
                .number(0)
                .tuple(2)
                .tuple(1)
                .raw("tRs.")
                .raw("](X\1\0\0\0" + "0X\1\0\0\0" + "1e.")
                .int64(halves)
                .bytes();
        byte[] tail = new PickleWriter().raw("\0<\0@").int64(2).raw(FLOATS).bytes();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(head));
            channel.write(ByteBuffer.wrap(tail), head.length + (halves - 2) * Short.BYTES);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.read("", "big")).containsExactly(0, 1, 2);
            assertThat(checkpoint.read("", "tail")).containsExactly(1, 2);
        }
    }
}
