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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles that try to execute code or to exhaust memory, or whose tensors are inconsistent. */
class HostilePickleTest {
    private static final int STORAGE_BYTES = 16;

    private final Path directory;

    HostilePickleTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private void assertFails(byte[] pickle, String reason) throws IOException {
        write(pickle);
        HostileFiles.assertRefused(directory.resolve("weights.pth"), "weights.pth (pytorch-zip)", reason);
    }

    private Path write(byte[] pickle) throws IOException {
        return ZipWriter.checkpoint(directory.resolve("weights.pth"), pickle, STORAGE_BYTES);
    }

    private Checkpoint open(byte[] pickle) throws IOException {
        return Checkpoint.open(write(pickle));
    }

    /** Each program pushes one value. */
    static Stream<Arguments> programs() {
        String touch = "touch pwned";
        return Stream.of(
                program("REDUCE", p -> p.global("os", "system").text(touch).raw("\u0085R"), "class os.system"),
                program("a name alone", p -> p.global("posix", "system"), "the name posix.system"),
                program(
                        "STACK_GLOBAL",
                        p -> p.text("os")
                                .text("system")
                                .raw("\u0093")
                                .text(touch)
                                .raw("\u0085R"),
                        "class os.system"),
                program("INST", p -> p.raw("(").text(touch).raw("ios\nsystem\n"), "class os.system"),
                program(
                        "OBJ",
                        p -> p.raw("(").global("os", "system").text(touch).raw("o"),
                        "class os.system"),
                program("NEWOBJ", p -> p.global("os", "system").text(touch).raw("\u0085\u0081"), "class os.system"),
                program("NEWOBJ_EX", p -> p.global("os", "system").text(touch).raw("\u0085}\u0092"), "class os.system"),
                program(
                        "BUILD with a state",
                        p -> p.global("os", "system")
                                .raw(")R}")
                                .text("__class__")
                                .text(touch)
                                .raw("sb"),
                        "class os.system"),
                program(
                        "BUILD of a name",
                        p -> p.global("os", "system")
                                .raw("}")
                                .text("__class__")
                                .text(touch)
                                .raw("sb"),
                        "the name os.system"),
                program(
                        "SETITEM calls __setitem__",
                        p -> p.global("os", "environ")
                                .raw(")R")
                                .text("PATH")
                                .text(touch)
                                .raw("s"),
                        "class os.environ"),
                program(
                        "APPENDS calls extend",
                        p -> p.global("os", "system").raw(")R(").text(touch).raw("e"),
                        "class os.system"),
                program(
                        "ADDITEMS calls update",
                        p -> p.global("os", "system").raw(")R(").text(touch).raw("\u0090"),
                        "class os.system"),
                program(
                        "a call of the result of a call",
                        p -> p.global("builtins", "getattr")
                                .global("os", "path")
                                .text("system")
                                .raw("\u0086R")
                                .text(touch)
                                .raw("\u0085R"),
                        "class builtins.getattr"),
                program(
                        "builtins.eval",
                        p -> p.global("builtins", "eval").text(touch).raw("\u0085R"),
                        "builtins.eval"),
                program("torch.load", p -> p.global("torch", "load").text(touch).raw("\u0085R"), "torch.load"),
                program(
                        "a dotted path through a known module",
                        p -> p.global("torch._utils", "os.system").text(touch).raw("\u0085R"),
                        "class torch._utils.os.system"),
                program(
                        "a pickle in bytes",
                        p -> p.global("torch.storage", "_load_from_bytes").raw("C\u0006cos\nx\n\u0085R"),
                        "class torch.storage._load_from_bytes"),
                program(
                        "a call of a storage type",
                        p -> p.global("torch", "FloatStorage").raw("K\u0001\u0085R"),
                        "class torch.FloatStorage"),
                program(
                        "a module of the legacy format",
                        p -> p.raw("(")
                                .text("module")
                                .global("evil", "Net")
                                .text("net.py")
                                .text(touch)
                                .raw("tQ)\u0081"),
                        "class evil.Net"));
    }

    private static Arguments program(String what, UnaryOperator<PickleWriter> opcodes, String description) {
        return arguments(what, opcodes, description);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void programAloneIsRefused(String what, UnaryOperator<PickleWriter> program, String description)
            throws IOException {
        assertFails(program.apply(pickle()).stop(), "no state dict");
        assertFails(program.apply(pickle()).stop(), description);
        assertThat(directory.resolve("pwned")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void programNextToTheWeightsIsSkipped(String what, UnaryOperator<PickleWriter> program, String description)
            throws IOException {
        PickleWriter pickle = pickle().raw("}").text("state_dict").raw("}");
        pickle.tensor("a", 4, 0, of(4), of(1)).raw("ss").text("args");
        try (Checkpoint checkpoint = open(program.apply(pickle).raw("s").stop())) {
            assertThat(checkpoint.stateDicts()).containsOnlyKeys("state_dict");
            assertThat(checkpoint.unreadable()).isEqualTo(Map.of("state_dict", Map.of()));
            assertThat(checkpoint.read("state_dict", "a")).hasSize(4);
        }
        assertThat(directory.resolve("pwned")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void programInPlaceOfAWeightIsNamed(String what, UnaryOperator<PickleWriter> program, String description)
            throws IOException {
        PickleWriter pickle =
                pickle().raw("}").tensor("a", 4, 0, of(4), of(1)).raw("s").text("fc.weight");
        try (Checkpoint checkpoint = open(program.apply(pickle).raw("s").stop())) {
            assertThat(checkpoint.stateDicts()).containsOnlyKeys("");
            assertThat(checkpoint.stateDicts().get("")).containsOnlyKeys("a");
            assertThat(checkpoint.unreadable().get("")).containsOnlyKeys("fc.weight");
            assertThat(checkpoint.unreadable().getOrDefault("", Map.of()).get("fc.weight"))
                    .contains(description);
        }
        assertThat(directory.resolve("pwned")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void opcodesThatNoCheckpointNeedsAreRefused(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> opcodesThatNoCheckpointNeedsAreRefused() {
        return Stream.of(
                arguments("EXT1", pickle().raw("\u0082\u0001").stop(), "opcode 0x82"),
                arguments("EXT2", pickle().raw("\u0083\u0001\u0001").stop(), "opcode 0x83"),
                arguments("EXT4", pickle().raw("\u0084").int32(1).stop(), "opcode 0x84"),
                arguments("PERSID", pickle().raw("P0\n").stop(), "opcode 0x50"),
                arguments("NEXT_BUFFER", pickle().raw("\u0097").stop(), "opcode 0x97"),
                arguments("READONLY_BUFFER", pickle().raw("}\u0098").stop(), "opcode 0x98"),
                arguments("INT of protocol 0", pickle().raw("I1\n").stop(), "opcode 0x49"),
                arguments("STRING of protocol 0", pickle().raw("S'x'\n").stop(), "opcode 0x53"),
                arguments("REDUCE of a string", pickle().text("x").raw(")R").stop(), "calls something"),
                arguments("NEWOBJ of a number", pickle().raw("K\1)\u0081").stop(), "calls something"),
                arguments("OBJ of None", pickle().raw("(No").stop(), "calls something"),
                arguments("OBJ of nothing", pickle().raw("(o").stop(), "no class"),
                arguments(
                        "REDUCE with a list",
                        pickle().global("os", "system").raw("]R").stop(),
                        "arguments of a call are not a tuple"),
                arguments(
                        "STACK_GLOBAL of a number",
                        pickle().text("os").raw("K\1\u0093").stop(),
                        "not a string"),
                arguments("BUILD of a number", pickle().raw("K\1}b").stop(), "sets the state"),
                arguments(
                        "BUILD of a tensor",
                        pickle().raw("}")
                                .tensor("a", 4, 0, of(2), of(1))
                                .raw("}bs")
                                .stop(),
                        "sets the state"),
                arguments("SETITEM of a list", pickle().raw("]K\1K\2s").stop(), "not a dict"),
                arguments("ADDITEMS of a list", pickle().raw("](K\1\u0090").stop(), "not a set"),
                arguments(
                        "a module without a class",
                        pickle().raw("(").text("module").raw("NNNtQ").stop(),
                        "not tagged 'storage'"),
                arguments(
                        "a persistent id with another tag",
                        pickle().text("anything").raw("Q").stop(),
                        "not tagged 'storage'"),
                arguments(
                        "a storage of a class",
                        pickle().raw("(")
                                .text("storage")
                                .global("os", "system")
                                .text("0")
                                .text("cpu")
                                .raw("K\4tQ")
                                .stop(),
                        "stored as os.system"));
    }

    @ParameterizedTest
    @MethodSource
    void bombsFailFastWithLittleMemory(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> bombsFailFastWithLittleMemory() {
        PickleWriter pairs =
                pickle().raw("]q\u0001(").times(50_000, "K\u0001N\u0086").raw("e");
        PickleWriter again = pairs.raw("\u0085q\u0002");
        for (int i = 0; i < 10_000; i++) {
            again.global("collections", "OrderedDict").raw("h\u0002R");
        }
        return Stream.of(
                arguments("marks", pickle().times(300_000, "(").stop(), "nested deeper"),
                arguments("lists on the stack", pickle().times(300_000, "]").stop(), "nested deeper"),
                arguments(
                        "tuples in tuples",
                        pickle().raw(")").times(900_000, "\u0085").stop(),
                        "no state dict"),
                arguments(
                        "the same tuple twice in a tuple, forty times",
                        pickle().raw(")").times(40, "q\u0001h\u0001\u0086").stop(),
                        "no state dict"),
                arguments(
                        "a list that contains itself",
                        pickle().raw("]q\u0001h\u0001a").stop(),
                        "no state dict"),
                arguments(
                        "a state dict that contains itself",
                        pickle().raw("}q\u0001")
                                .text("state_dict")
                                .raw("h\u0001s")
                                .stop(),
                        "no state dict"),
                arguments("opcodes", pickle().times(2_100_000, "\u0080\u0002").stop(), "more than 2000000 opcodes"),
                arguments("one list of pairs used many times", again.stop(), "100000 pairs"),
                arguments("a hundred thousand keys with the same hash", collidingKeys(), "no state dict"),
                arguments("a hundred thousand numbers with the same hash", collidingNumbers(), "no state dict"),
                arguments(
                        "a number beyond 64 bits as a key",
                        pickle().raw("}\u008a\t\1\1\1\1\1\1\1\1\1Ns").stop(),
                        "no state dict"),
                arguments("a tuple as a key", pickle().raw("})Ns").stop(), "no state dict"),
                arguments(
                        "a string beyond the file",
                        pickle().raw("X").int32(1_000_000).stop(),
                        "remain"),
                arguments("a string of 4 GiB", pickle().raw("X").int32(-1).stop(), "4294967295 bytes"),
                arguments("a memo index of 2^32-1", pickle().raw("Nr").int32(-1).stop(), "memo index 4294967295"),
                arguments(
                        "an integer of 2 GiB",
                        pickle().raw("\u008b").int32(Integer.MAX_VALUE).stop(),
                        "expected 2147483647 bytes"),
                arguments(
                        "a negative length of an integer",
                        pickle().raw("\u008b").int32(-1).stop(),
                        "expected -1 bytes"),
                arguments("bytes of 4 GiB", pickle().raw("B").int32(-1).stop(), "4294967295 bytes"),
                arguments(
                        "a frame of 2^64-1 bytes",
                        pickle().raw("\u0095").int64(-1).stop(),
                        "18446744073709551615 bytes"),
                arguments(
                        "a string of 2^63-1 bytes",
                        pickle().raw("\u008d").int64(Long.MAX_VALUE).stop(),
                        "beyond the end"),
                arguments(
                        "bytes of 2^63-1 bytes",
                        pickle().raw("\u008e").int64(Long.MAX_VALUE).stop(),
                        "beyond the end"),
                arguments(
                        "a byte array of 2^63-1 bytes",
                        pickle().raw("\u0096").int64(Long.MAX_VALUE).stop(),
                        "beyond the end"),
                arguments(
                        "memoized values",
                        pickle().raw("N").times(600_000, "\u0094").stop(),
                        "500000 values in its memo"),
                arguments(
                        "the same list in a list, forty times",
                        pickle().raw("]q\0").times(40, "0]h\0ah\0aq\0").stop(),
                        "no state dict"),
                arguments("dicts of the same dict twice, a hundred deep", doubledDicts(), "no state dict"),
                arguments("a wide list of the same wide list", wideLists(), "no state dict"),
                arguments("the same name ten thousand times", names(), "no state dict"),
                arguments(
                        "empty dicts",
                        pickle().raw("](").times(99_000, "}").raw("e").stop(),
                        "no state dict"),
                arguments("inert objects", objects(), "no state dict"),
                arguments("two million short strings", many(21, "U\u0001x"), "no state dict"),
                arguments("two million lists", many(21, "]"), "no state dict"),
                arguments("half a million dicts", many(5, "}K\u0001Ns"), "no state dict"),
                arguments("many states of objects", many(4, "h\0)R}b"), "no state dict"),
                arguments("rebuilders in rebuilders", rebuilders(), "no state dict"),
                arguments(
                        "a long name for STACK_GLOBAL",
                        pickle().text("x".repeat(300)).text("y").raw("\u0093").stop(),
                        "a name is longer"),
                arguments(
                        "a name that is too long",
                        pickle().raw("c").times(2_000, "a").stop(),
                        "a name is longer"));
    }

    /** Each text pushes one value. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "N",
                "\u0088",
                "\u008a\0",
                "\u008b\u0001\0\0\0\u0007",
                "\u008b\u0009\0\0\0\u0007\u0007\u0007\u0007\u0007\u0007\u0007\u0007\u0007",
                "G\0\0\0\0\0\0\0\0",
                "\u008c\u0001x",
                "\u008d\u0001\0\0\0\0\0\0\0x",
                "U\u0001\u00ff",
                "T\u0001\0\0\0\u00ff",
                "C\u0001\u00ff",
                "B\u0001\0\0\0\u00ff",
                "\u008e\u0001\0\0\0\0\0\0\0\u00ff",
                "\u0096\u0001\0\0\0\0\0\0\0\u00ff",
                "(K\u0001K\u0002l",
                "(K\u0001K\u0002d",
                "(K\u0001K\u0002\u0091",
                "\u008f(K\u0001\u0090",
                "](K\u0001NK\u0002e",
                "NK\u00010",
                "N(K\u0001K\u00021",
                "N(0",
                "N2\u0086",
                "N\u0095\u0001\0\0\0\0\0\0\0\u0094",
                "}(\u008c\u0001xNK\u0001NNN)N\u0088NG\0\0\0\0\0\0\0\0Nu"
            })
    void valueNextToTheWeightsIsSkipped(String opcodes) throws IOException {
        PickleWriter pickle =
                pickle().raw("}").tensor("a", 4, 0, of(4), of(1)).raw("s").text("value");
        try (Checkpoint checkpoint = open(pickle.raw(opcodes).raw("s").stop())) {
            assertThat(checkpoint.stateDicts()).containsOnlyKeys("");
            assertThat(checkpoint.stateDicts().get("")).containsOnlyKeys("a");
            assertThat(checkpoint.unreadable()).isEqualTo(Map.of("", Map.of()));
        }
    }

    @Test
    void textLongerThanAMebibyteIsSkipped() throws IOException {
        PickleWriter pickle = pickle().raw("}").tensor("a", 4, 0, of(4), of(1)).raw("s");
        pickle.text("log")
                .text("x".repeat(3 << 20))
                .raw("s")
                .text("y".repeat(2 << 20))
                .raw("Ns");
        try (Checkpoint checkpoint = open(pickle.stop())) {
            assertThat(checkpoint.stateDicts().get("")).containsOnlyKeys("a");
        }
    }

    private static byte[] doubledDicts() {
        PickleWriter pickle = pickle().raw("}q\0");
        for (int i = 0; i < 100; i++) {
            pickle.raw("0}").text("a").raw("h\0s").text("b").raw("h\0sq\0");
        }
        return pickle.stop();
    }

    private static byte[] wideLists() {
        PickleWriter pickle = pickle().raw("](").times(90_000, "K\u0001").raw("eq\0");
        for (int i = 0; i < 7; i++) {
            pickle.raw("0](").times(90_000, "h\0").raw("eq\0");
        }
        return pickle.stop();
    }

    private static byte[] names() {
        PickleWriter pickle =
                pickle().text("m".repeat(256)).raw("q\0").text("n".repeat(256)).raw("q\u0001](");
        return pickle.times(90_000, "h\0h\u0001\u0093").raw("e\u0087").stop();
    }

    private static byte[] many(int batches, String value) {
        PickleWriter pickle = pickle().global("os", "system").raw("q\0](");
        for (int i = 0; i < batches; i++) {
            pickle.times(90_000, value).raw("e(");
        }
        return pickle.raw("e\u0086").stop();
    }

    private static byte[] objects() {
        PickleWriter pickle = pickle().global("os", "system").raw("q\0](");
        for (int i = 0; i < 6; i++) {
            pickle.times(90_000, "h\0)R").raw("e(");
        }
        return pickle.raw("e\u0086").stop();
    }

    /** Python would call the inner rebuilder by recursion. */
    private static byte[] rebuilders() {
        PickleWriter pickle =
                pickle().global("torch._tensor", "_rebuild_from_type_v2").raw("q\0000)q\u00010");
        pickle.times(100_000, "(h\0Nh\u0001Ntq\u00010");
        return pickle.raw("h\0h\u0001R").stop();
    }

    private static byte[] collidingKeys() {
        PickleWriter pickle = pickle().raw("}");
        HostileFiles.textsWithTheSameHash(17).forEach(key -> pickle.text(key).raw("Ns"));
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
    void corruptFileIsReportedWithItsReason(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> corruptFileIsReportedWithItsReason() {
        return Stream.of(
                arguments("no end", new byte[] {(byte) 0x80, 2, '}'}, "expected 1 bytes but only 0 remain"),
                arguments("an empty pickle", pickle().stop(), "takes 1 values, but only 0 are left"),
                arguments("values left", pickle().raw("}}").stop(), "ends with unused values"),
                arguments("an open mark", pickle().raw("(").stop(), "takes 1 values"),
                arguments("no mark", pickle().raw("t").stop(), "needs a mark"),
                arguments("a pop through a mark", pickle().raw("}N(Ns").stop(), "takes 2 values, but only 1 are left"),
                arguments("an unset memo", pickle().raw("h\u0007").stop(), "memo 7"),
                arguments("a key without a value", pickle().raw("}(Nu").stop(), "a key without a value"),
                arguments("an append to a dict", pickle().raw("}Na").stop(), "not a list"),
                arguments("a later protocol", pickle().raw("\u0080\u0009").stop(), "protocol 9"),
                arguments(
                        "a byte after the end",
                        pickle().raw("}.").stop(),
                        "unexpected bytes after the end of data.pkl"),
                arguments(
                        "text that is not UTF-8",
                        pickle().raw("X\u0001\0\0\0\u00ff").stop(),
                        "not valid UTF-8"));
    }

    @ParameterizedTest
    @MethodSource
    void inconsistentTensorsAreRejected(String what, byte[] pickle, String reason) throws IOException {
        assertFails(pickle, reason);
    }

    static Stream<Arguments> inconsistentTensorsAreRejected() {
        return Stream.of(
                inconsistent("more elements than the storage", 4, 0, of(5), of(1), "is outside its storage"),
                inconsistent("a stride beyond the storage", 4, 0, of(2, 2), of(3, 1), "is outside its storage"),
                inconsistent("an offset beyond the storage", 4, 4, of(1), of(1), "is outside its storage"),
                inconsistent("an offset of an empty view", 4, 5, of(0), of(1), "is outside its storage"),
                inconsistent("a negative offset", 4, -1, of(2), of(1), "negative size, stride or offset"),
                inconsistent("a negative size", 4, 0, of(-1), of(1), "negative"),
                inconsistent("a negative stride", 4, 3, of(2), of(-1), "negative"),
                inconsistent("sizes whose product overflows", 4, 0, of(1L << 33, 1L << 33), of(0, 0), "overflows"),
                inconsistent("strides whose product overflows", 4, 0, of(3), of(Long.MAX_VALUE), "overflows"),
                inconsistent("an offset whose byte overflows", 4, Long.MAX_VALUE - 1, of(1), of(1), "overflows"),
                inconsistent("one element shown a million times", 4, 0, of(1000, 1000), of(0, 0), "more elements than"),
                inconsistent("no strides", 4, 0, of(2), of(), "1 sizes and 0 strides"),
                inconsistent("nine dimensions", 4, 0, new long[9], new long[9], "at most 8"),
                inconsistent("a storage of another size", 5, 0, of(2), of(1), "data.pkl expects 20"),
                inconsistent("a storage whose size overflows", Long.MAX_VALUE, 0, of(2), of(1), "overflows"),
                inconsistent("a negative storage", -4, 0, of(2), of(1), "no element count"),
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
                        "numbers only",
                        pickle().raw("}").text("epoch").raw("K\u0001s").stop(),
                        "no state dict"));
    }

    private static Arguments inconsistent(
            String what, long storage, long start, long[] shape, long[] strides, String reason) {
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
    void lazyNegativesAreUnreadableButEmptyMetadataIsAccepted() throws IOException {
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
            assertThat(checkpoint.read("", "a")).containsExactly(0, 0, 0, 0);
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
        try (Checkpoint checkpoint = open(negative.stop())) {
            assertThat(checkpoint.stateDicts()).isEqualTo(Map.of("", Map.of()));
            assertThat(checkpoint.unreadable())
                    .isEqualTo(Map.of("", Map.of("a", "stored as a lazy negative or conjugate")));
        }
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
        assertFails(dict.stop(), "without an element type");
        PickleWriter valid = pickle().global("collections", "OrderedDict")
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
        try (Checkpoint checkpoint = open(valid.stop())) {
            assertThat(checkpoint.stateDicts().get(""))
                    .containsExactly(Map.entry("new", new TensorInfo("new", ElementType.FLOAT16, List.of(2L))));
            assertThat(checkpoint.read("", "new")).containsExactly(0, 0);
        }
    }

    @Test
    void storedNamesKeepTheirPrefixes() throws IOException {
        PickleWriter pickle = pickle().raw("}")
                .tensor("module.a", 4, 0, of(2), of(1))
                .raw("s")
                .tensor("a", 4, 0, of(2), of(1))
                .raw("s");
        try (Checkpoint checkpoint = open(pickle.stop())) {
            assertThat(checkpoint.stateDicts()).containsOnlyKeys("");
            assertThat(checkpoint.stateDicts().get("")).containsOnlyKeys("module.a", "a");
        }
    }

    @Test
    void everyTruncationOfThePickleIsCorrupt() throws IOException {
        byte[] pickle =
                pickle().raw("}").tensor("a", 4, 0, of(4), of(1)).raw("s").stop();
        for (int length = 0; length < pickle.length; length++) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertFails(cut, "is corrupt");
        }
        open(pickle).close();
        assertThat(Files.exists(directory.resolve("weights.pth"))).isTrue();
    }
}
