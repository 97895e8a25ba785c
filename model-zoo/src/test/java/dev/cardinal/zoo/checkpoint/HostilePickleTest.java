package dev.cardinal.zoo.checkpoint;

import static dev.cardinal.zoo.checkpoint.PickleWriter.pickle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles that want to run something, or to take all memory, or that lie about their tensors. */
class HostilePickleTest {
    private static final int STORAGE_BYTES = 16;

    private final Path directory;

    HostilePickleTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private void assertFails(byte[] pickle, String reason) throws IOException {
        write(pickle);
        Hostile.assertRefused(directory.resolve("weights.pth"), "weights.pth (pytorch-zip)", reason);
    }

    private Path write(byte[] pickle) throws IOException {
        return ZipWriter.checkpoint(directory.resolve("weights.pth"), pickle, STORAGE_BYTES);
    }

    private Checkpoint open(byte[] pickle) throws IOException {
        return Checkpoint.open(write(pickle));
    }

    @ParameterizedTest
    @MethodSource
    void programsAreRefused(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
        assertThat(directory.resolve("pwned")).doesNotExist();
    }

    static Stream<Arguments> programsAreRefused() {
        String touch = "touch pwned";
        return Stream.of(
                arguments(
                        "os.system called by REDUCE",
                        pickle().global("os", "system")
                                .raw("(")
                                .text(touch)
                                .raw("tR")
                                .stop(),
                        "names os.system"),
                arguments(
                        "posix.system without a call",
                        pickle().global("posix", "system").stop(),
                        "names posix.system"),
                arguments("builtins.eval", pickle().global("builtins", "eval").stop(), "names builtins.eval"),
                arguments(
                        "torch.load beside allowed names",
                        pickle().global("torch", "load").stop(),
                        "names torch.load"),
                arguments(
                        "a dotted path through an allowed module",
                        pickle().global("torch._utils", "os.system").stop(),
                        "names torch._utils.os.system"),
                arguments(
                        "STACK_GLOBAL",
                        pickle().text("os").text("system").raw("\u0093").stop(),
                        "opcode 0x93"),
                arguments(
                        "INST",
                        pickle().raw("(").text(touch).raw("ios\nsystem\n").stop(),
                        "opcode 0x69"),
                arguments("OBJ", pickle().raw("(").global("os", "system").stop(), "names os.system"),
                arguments("OBJ itself", pickle().raw("(No").stop(), "opcode 0x6f"),
                arguments("EXT1", pickle().raw("\u0082\u0001").stop(), "opcode 0x82"),
                arguments("NEWOBJ_EX", pickle().raw(")}\u0092").stop(), "opcode 0x92"),
                arguments("PERSID", pickle().raw("P0\n").stop(), "opcode 0x50"),
                arguments("BYTEARRAY8", pickle().raw("\u0096").number(-1).stop(), "opcode 0x96"),
                arguments("REDUCE of a string", pickle().text(touch).raw(")R").stop(), "calls something"),
                arguments(
                        "REDUCE of a storage type",
                        pickle().global("torch", "FloatStorage")
                                .raw("K\u0001\u0085R")
                                .stop(),
                        "calls torch.FloatStorage"),
                arguments(
                        "NEWOBJ of a storage type",
                        pickle().global("torch", "FloatStorage").raw(")\u0081").stop(),
                        "makes an object"),
                arguments(
                        "BUILD of a dict",
                        pickle().raw("}}").text("_metadata").raw("}sb").stop(),
                        "sets the state"),
                arguments(
                        "BUILD of another attribute",
                        pickle().global("collections", "OrderedDict")
                                .raw(")R}")
                                .text("__class__")
                                .raw("}sb")
                                .stop(),
                        "sets the state"),
                arguments(
                        "BUILD of another attribute beside the metadata",
                        pickle().global("collections", "OrderedDict")
                                .raw(")R}")
                                .text("_metadata")
                                .raw("}s")
                                .text("x")
                                .raw("Nsb")
                                .stop(),
                        "sets the state"),
                arguments(
                        "a whole module",
                        pickle().raw("(").text("module").raw("NNNtQ").stop(),
                        "whole pickled module"),
                arguments(
                        "another persistent id",
                        pickle().text("anything").raw("Q").stop(),
                        "not tagged 'storage'"));
    }

    @ParameterizedTest
    @MethodSource
    void bombsEndSoonAndSmall(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> bombsEndSoonAndSmall() {
        PickleWriter pairs =
                pickle().raw("]q\u0001(").times(50_000, "K\u0001N\u0086").raw("e");
        PickleWriter again = pairs.raw("\u0085q\u0002");
        for (int i = 0; i < 10_000; i++) {
            again.global("collections", "OrderedDict").raw("h\u0002R");
        }
        return Stream.of(
                arguments("marks", pickle().times(300_000, "(").stop(), "nests deeper"),
                arguments("lists on the stack", pickle().times(300_000, "]").stop(), "nests deeper"),
                arguments(
                        "tuples in tuples",
                        pickle().raw(")").times(900_000, "\u0085").stop(),
                        "no state dict"),
                arguments(
                        "the same tuple twice in a tuple, forty times",
                        pickle().raw(")").times(40, "q\u0001h\u0001\u0086").stop(),
                        "no state dict"),
                arguments("a list in itself", pickle().raw("]q\u0001h\u0001a").stop(), "no state dict"),
                arguments(
                        "a state dict in itself",
                        pickle().raw("}q\u0001")
                                .text("state_dict")
                                .raw("h\u0001s")
                                .stop(),
                        "no state dict"),
                arguments(
                        "opcodes",
                        pickle().times(700_000, "\u0080\u0002")
                                .times(400_000, "\u0080\u0002")
                                .stop(),
                        "opcodes"),
                arguments("one list of pairs taken again and again", again.stop(), "100000 pairs"),
                arguments("a hundred thousand keys of one hash", collidingKeys(), "no state dict"),
                arguments("a hundred thousand numbers of one hash", collidingNumbers(), "no state dict"),
                arguments(
                        "a number beyond 64 bits as a key",
                        pickle().raw("}\u008a\t\1\1\1\1\1\1\1\1\1Ns").stop(),
                        "dict key"),
                arguments("a tuple as a key", pickle().raw("})Ns").stop(), "dict key"),
                arguments(
                        "a string beyond the file",
                        pickle().raw("X").int32(1_000_000).stop(),
                        "remain"),
                arguments("a string of 4 GiB", pickle().raw("X").int32(-1).stop(), "4294967295 bytes"),
                arguments("a memo index of 2^32-1", pickle().raw("Nr").int32(-1).stop(), "memo index 4294967295"),
                arguments("an endless name", pickle().raw("c").times(2_000, "a").stop(), "a name is longer"));
    }

    private static byte[] collidingKeys() {
        PickleWriter pickle = pickle().raw("}");
        Hostile.textsOfOneHash(17).forEach(key -> pickle.text(key).raw("Ns"));
        return pickle.stop();
    }

    private static byte[] collidingNumbers() {
        PickleWriter pickle = pickle().raw("}");
        for (long i = 0; i < 1 << 17; i++) {
            pickle.number((i << Integer.SIZE) | i).raw("Ns");
        }
        return pickle.stop();
    }

    @ParameterizedTest
    @MethodSource
    void damageIsNamed(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> damageIsNamed() {
        return Stream.of(
                arguments("no end", new byte[] {(byte) 0x80, 2, '}'}, "1 bytes are to be read where 0 remain"),
                arguments("nothing", pickle().stop(), "takes 1 values where 0 are left"),
                arguments("values left", pickle().raw("}}").stop(), "leaves values behind"),
                arguments("an open mark", pickle().raw("(").stop(), "takes 1 values"),
                arguments("no mark", pickle().raw("t").stop(), "needs a mark"),
                arguments("a pop through a mark", pickle().raw("}N(Ns").stop(), "takes 2 values where 1 are left"),
                arguments("an unset memo", pickle().raw("h\u0007").stop(), "memo 7"),
                arguments("a key without a value", pickle().raw("}(Nu").stop(), "a key without a value"),
                arguments("an append to a dict", pickle().raw("}Na").stop(), "not a list"),
                arguments("a later protocol", pickle().raw("\u0080\u0009").stop(), "protocol 9"),
                arguments("a byte after the end", pickle().raw("}.").stop(), "goes on after its end"),
                arguments(
                        "text that is not UTF-8",
                        pickle().raw("X\u0001\0\0\0\u00ff").stop(),
                        "not valid UTF-8"));
    }

    @ParameterizedTest
    @MethodSource
    void tensorsThatLieAreNamed(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> tensorsThatLieAreNamed() {
        return Stream.of(
                lie("more elements than the storage", 4, 0, of(5), of(1), "reaches outside its storage"),
                lie("a stride beyond the storage", 4, 0, of(2, 2), of(3, 1), "reaches outside its storage"),
                lie("an offset beyond the storage", 4, 4, of(1), of(1), "reaches outside its storage"),
                lie("an offset of an empty view", 4, 5, of(0), of(1), "reaches outside its storage"),
                lie("a negative offset", 4, -1, of(2), of(1), "negative size, stride or offset"),
                lie("a negative size", 4, 0, of(-1), of(1), "negative"),
                lie("a negative stride", 4, 3, of(2), of(-1), "negative"),
                lie("sizes whose product overflows", 4, 0, of(1L << 33, 1L << 33), of(0, 0), "overflows"),
                lie("strides whose product overflows", 4, 0, of(3), of(Long.MAX_VALUE), "overflows"),
                lie("an offset whose byte overflows", 4, Long.MAX_VALUE - 1, of(1), of(1), "overflows"),
                lie("one element shown a million times", 4, 0, of(1000, 1000), of(0, 0), "more elements than"),
                lie("no strides", 4, 0, of(2), of(), "1 sizes and 0 strides"),
                lie("nine dimensions", 4, 0, new long[9], new long[9], "at most 8"),
                lie("a storage of another size", 5, 0, of(2), of(1), "data.pkl says 20"),
                lie("a storage whose size overflows", Long.MAX_VALUE, 0, of(2), of(1), "overflows"),
                lie("a negative storage", -4, 0, of(2), of(1), "no element count"),
                arguments(
                        "the same storage in two sizes",
                        pickle().raw("}")
                                .tensor("a", 4, 0, of(2), of(1))
                                .raw("s")
                                .tensor("b", 3, 0, of(2), of(1))
                                .raw("s")
                                .stop(),
                        "two types or sizes"),
                arguments(
                        "the same storage in two types",
                        pickle().raw("}")
                                .tensor("a", 4, 0, of(2), of(1))
                                .raw("s")
                                .text("b")
                                .storage("IntStorage", 4)
                                .raw("s")
                                .stop(),
                        "two types or sizes"),
                arguments(
                        "the same name behind two prefixes",
                        pickle().raw("}")
                                .tensor("module.a", 4, 0, of(2), of(1))
                                .raw("s")
                                .tensor("a", 4, 0, of(2), of(1))
                                .raw("s")
                                .stop(),
                        "two of its tensors are called a"),
                arguments(
                        "numbers only",
                        pickle().raw("}").text("epoch").raw("K\u0001s").stop(),
                        "no state dict"));
    }

    private static Arguments lie(String what, long storage, long start, long[] shape, long[] strides, String reason) {
        return arguments(
                what,
                pickle().raw("}")
                        .tensor("a", storage, start, shape, strides)
                        .raw("s")
                        .stop(),
                reason);
    }

    private static long[] of(long... values) {
        return values;
    }

    @Test
    void lazyNegativesAreRefusedAndEmptyMetadataIsNot() throws IOException {
        PickleWriter plain = pickle().raw("}")
                .text("a")
                .global("torch._utils", "_rebuild_tensor_v2")
                .raw("(")
                .storage(4)
                .number(0)
                .tuple(4)
                .tuple(1)
                .raw("\u0089N}tRs");
        try (Checkpoint checkpoint = open(plain.stop())) {
            assertThat(checkpoint.read("a")).containsExactly(0, 0, 0, 0);
        }
        PickleWriter negative = pickle().raw("}")
                .text("a")
                .global("torch._utils", "_rebuild_tensor_v2")
                .raw("(")
                .storage(4)
                .number(0)
                .tuple(4)
                .tuple(1)
                .raw("\u0089N}")
                .text("neg")
                .raw("\u0088stRs");
        assertFails(negative.stop(), "lazy negative");
    }

    @Test
    void olderRebuildersPython2DictsAndUntypedStoragesAreRead() throws IOException {
        PickleWriter dict = pickle().global("collections", "OrderedDict")
                .raw("(](]")
                .text("old")
                .raw("a")
                .global("torch._utils", "_rebuild_tensor")
                .raw("(")
                .storage("UntypedStorage", STORAGE_BYTES)
                .number(0)
                .tuple(2)
                .tuple(1)
                .raw("tRaetR");
        assertFails(dict.stop(), "no element type");
        PickleWriter sound = pickle().global("collections", "OrderedDict")
                .raw("(](]U\u0003new")
                .raw("a")
                .global("torch._utils", "_rebuild_tensor_v3")
                .raw("(")
                .storage("UntypedStorage", STORAGE_BYTES)
                .number(1)
                .tuple(2)
                .tuple(3)
                .raw("\u0089N")
                .global("torch", "float16")
                .raw("tRaetR");
        try (Checkpoint checkpoint = open(sound.stop())) {
            assertThat(checkpoint.tensors())
                    .containsExactly(Map.entry("new", new TensorInfo("new", ElementType.FLOAT16, List.of(2L))));
            assertThat(checkpoint.read("new")).containsExactly(0, 0);
        }
    }

    @Test
    void everyTruncationOfThePickleIsDamage() throws IOException {
        byte[] pickle =
                pickle().raw("}").tensor("a", 4, 0, of(4), of(1)).raw("s").stop();
        for (int length = 0; length < pickle.length; length++) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertFails(cut, "is damaged");
        }
        open(pickle).close();
        assertThat(Files.exists(directory.resolve("weights.pth"))).isTrue();
    }
}
