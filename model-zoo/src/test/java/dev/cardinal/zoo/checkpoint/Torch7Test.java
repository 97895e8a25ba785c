package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class Torch7Test {
    private final Path file;

    Torch7Test(@TempDir Path directory) {
        this.file = directory.resolve("weights.t7");
    }

    private Checkpoint open(Torch7Writer content) throws IOException {
        return Checkpoint.open(Files.write(file, content.bytes()));
    }

    private void assertFails(Torch7Writer content, String reason) throws IOException {
        Files.write(file, content.bytes());
        HostileFiles.assertRefused(file, "weights.t7 (torch7)", reason);
    }

    private static Torch7Writer write() {
        return new Torch7Writer();
    }

    /** Writes a network of a convolution and a batch normalization; the caller adds the latter. */
    private static Torch7Writer stem() {
        return write().container("nn.Sequential", 2).child(1).convolution().child(2);
    }

    @ParameterizedTest
    @CsvSource({"torch7_imagenet.t7, 1e-5", "torch7_cifar.t7, 1e-3"})
    void epsIsReadFromTheLayers(String fixture, double eps) {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file(fixture))) {
            assertThat(checkpoint.batchNormEps()).hasValue(eps);
        }
    }

    @Test
    void otherFormatsHaveNoEps() {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file("zip_module_state.pth"))) {
            assertThat(checkpoint.batchNormEps()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, running_std, 0.5, 3.75",
        "0, running_std, 2, 0",
        "1, running_var, 0.5, 0.5",
        "2, running_var, 0.5, 0.5",
    })
    void runningVarianceIsReadFromEveryVersion(int version, String field, float stored, float variance)
            throws IOException {
        try (Checkpoint checkpoint = open(stem().batchNorm(version, 0.25, field, stored))) {
            assertThat(checkpoint.read("", "bn1.running_var")).containsExactly(variance);
        }
    }

    @Test
    void runningStdOfALaterVersionIsIgnored() throws IOException {
        assertFails(stem().batchNorm(2, 0.25, "running_std", 1), "SpatialBatchNormalization has no running_var");
    }

    @Test
    void layersMustHaveTheSameEps() throws IOException {
        Torch7Writer content = write().container("nn.Sequential", 3)
                .child(1)
                .convolution()
                .child(2)
                .batchNorm(2, 1e-5, "running_var", 1)
                .child(3)
                .batchNorm(2, 1e-3, "running_var", 1);
        assertFails(content, "has eps 0.001, but earlier layers have 1.0E-5");
    }

    @Test
    void biasOfAConvolutionMustBeZero() throws IOException {
        Torch7Writer head = write().container("nn.Sequential", 1).child(1).module("nn.SpatialConvolution", 2);
        head.text("weight").tensor(new long[] {1, 1, 1, 1}, new long[] {1, 1, 1, 1}, 1, 7);
        assertFails(head.text("bias").vector(0, 1e-9f), "has a bias that is not zero");
    }

    @Test
    void networkUnderModelInATableIsFound() throws IOException {
        Torch7Writer content = write().table(2)
                .text("epoch")
                .number(3)
                .text("model")
                .container("nn.Sequential", 1)
                .child(1)
                .convolution();
        try (Checkpoint checkpoint = open(content)) {
            assertThat(checkpoint.read("", "conv1.weight")).containsExactly(7);
        }
    }

    @ParameterizedTest
    @MethodSource
    void hostileFilesAreRejectedFast(String what, Torch7Writer content, String reason) throws IOException {
        assertFails(content, reason);
    }

    static Stream<Arguments> hostileFilesAreRejectedFast() {
        Torch7Writer deep = write();
        for (int i = 0; i < 100_000; i++) {
            deep.table(1).number(1);
        }
        return Stream.of(
                arguments("a function", write().int32(6).int32(1).characters("code"), "Lua function"),
                arguments("an old function", write().int32(7).int32(1).characters("code"), "Lua function"),
                arguments(
                        "a function among the fields",
                        write().module("nn.Sequential", 1)
                                .text("modules")
                                .int32(8)
                                .int32(9)
                                .characters("code"),
                        "is refused at byte"),
                arguments(
                        "a table that contains itself",
                        write().table(1, 1).text("model").int32(3).int32(1),
                        "no nn.Sequential"),
                arguments(
                        "a network that contains itself",
                        write().object(1, "nn.Sequential", 1)
                                .table(1)
                                .text("modules")
                                .table(1)
                                .number(1)
                                .reference(1),
                        "block layer1.0. contains a Sequential"),
                arguments(
                        "a tensor that is its own storage",
                        write().object(1, "torch.FloatTensor", 1)
                                .int32(1)
                                .int64(4, 1, 1)
                                .reference(1),
                        "has no storage"),
                arguments(
                        "an object that is its own fields",
                        write().object(1, "nn.Sequential", 1).reference(1),
                        "not stored as a table"),
                arguments("a hundred thousand keys with the same hash", collidingKeys(), "no nn.Sequential"),
                arguments("a hundred thousand numbers with the same hash", collidingNumbers(), "no nn.Sequential"),
                arguments("deeply nested tables", deep.nil(), "nested deeper than 200"),
                arguments("a table of two thousand million", write().table(Integer.MAX_VALUE), "remain"),
                arguments("a table of negative size", write().table(-1), "a table has -1 entries"),
                arguments("nil as a key", write().table(1).nil().nil(), "nil as a key"),
                arguments("a long string", write().int32(2).int32(Integer.MAX_VALUE), "a string has 2147483647 bytes"),
                arguments("a string of negative length", write().int32(2).int32(-1), "a string has -1 bytes"),
                arguments("a long class name", write().int32(4).int32(1).int32(257), "a string has 257 bytes"),
                arguments("another tag", write().table(1).int32(9), "type tag 9"),
                arguments("bytes after the object", write().nil().nil(), "unexpected bytes after the object"),
                arguments(
                        "a storage beyond the file",
                        write().object("torch.DoubleStorage", 1).int64(Long.MAX_VALUE),
                        "larger than the rest of the file"),
                arguments(
                        "a storage of negative size",
                        write().object("torch.DoubleStorage", 1).int64(-1),
                        "larger than the rest of the file"),
                arguments(
                        "a tensor of two thousand million dimensions",
                        write().object("torch.FloatTensor", 1).int32(Integer.MAX_VALUE),
                        "dimensions"),
                arguments(
                        "a tensor over a storage of another type",
                        write().object("torch.FloatTensor", 1)
                                .int32(1)
                                .int64(1, 1, 1)
                                .object("torch.IntStorage", 1)
                                .int64(1)
                                .int32(0),
                        "no storage of FLOAT32"),
                arguments("only a number", write().number(3), "no nn.Sequential"),
                arguments("a custom object", write().object("tds.Hash", 0).number(1), "class tds.Hash"));
    }

    private static Torch7Writer collidingKeys() {
        Torch7Writer table = write().table(1 << 17);
        HostileFiles.textsWithTheSameHash(17).forEach(key -> table.text(key).nil());
        return table;
    }

    private static Torch7Writer collidingNumbers() {
        Torch7Writer table = write().table(1 << 17);
        for (long i = 0; i < 1 << 17; i++) {
            table.number(Double.longBitsToDouble((i << Integer.SIZE) | i)).nil();
        }
        return table;
    }

    @ParameterizedTest
    @MethodSource
    void inconsistentTensorsAreRejected(String what, long[] shape, long[] strides, long offset, String reason)
            throws IOException {
        Torch7Writer content = write().container("nn.Sequential", 1)
                .child(1)
                .module("nn.SpatialConvolutionMM", 3)
                .text("kW")
                .number(1)
                .text("kH")
                .number(1)
                .text("weight")
                .tensor(shape, strides, offset, 1, 2, 3, 4);
        assertFails(content, reason);
    }

    static Stream<Arguments> inconsistentTensorsAreRejected() {
        return Stream.of(
                arguments("more elements", of(5, 1, 1, 1), of(1, 1, 1, 1), 1, "outside its storage"),
                arguments("an offset beyond", of(4, 1, 1, 1), of(1, 1, 1, 1), 2, "outside its storage"),
                arguments("an offset of 0", of(4, 1, 1, 1), of(1, 1, 1, 1), 0, "offset 0, but offsets begin at 1"),
                arguments("a negative size", of(-4, 1, 1, 1), of(1, 1, 1, 1), 1, "negative"),
                arguments("a negative stride", of(2, 1, 1, 1), of(-1, 1, 1, 1), 2, "negative"),
                arguments("an overflow", of(1L << 62, 8, 1, 1), of(0, 0, 0, 0), 1, "overflows"),
                arguments("the smallest offset", of(1, 1, 1, 1), of(1, 1, 1, 1), Long.MIN_VALUE, "offsets begin at 1"),
                arguments("two dimensions beyond", of(2, 3), of(2, 1), 1, "outside its storage"),
                arguments("two dimensions of no columns", of(2, 0), of(2, 1), 1, "for a kernel of 1x1"),
                arguments("two dimensions of huge steps", of(1, 2), of(1, Long.MAX_VALUE), 1, "outside its storage"),
                arguments("three dimensions", of(2, 1, 1), of(1, 1, 1), 1, "a weight of shape [2, 1, 1]"));
    }

    private static long[] of(long... values) {
        return values;
    }

    @ParameterizedTest
    @MethodSource
    void otherNetworksAreRefusedWithTheirLayer(String what, Torch7Writer content, String reason) throws IOException {
        assertFails(content, reason);
    }

    static Stream<Arguments> otherNetworksAreRefusedWithTheirLayer() {
        return Stream.of(
                arguments(
                        "dropout",
                        write().container("nn.Sequential", 1).child(1).module("nn.SpatialDropout", 0),
                        "the network contains a SpatialDropout"),
                arguments(
                        "two linear layers",
                        write().container("nn.Sequential", 2)
                                .child(1)
                                .module("nn.Linear", 2)
                                .text("weight")
                                .vector(1)
                                .text("bias")
                                .vector(1)
                                .child(2)
                                .module("nn.Linear", 0),
                        "after the linear layer the network contains a Linear"),
                arguments(
                        "a stage of convolutions",
                        write().container("nn.Sequential", 1)
                                .child(1)
                                .container("nn.Sequential", 1)
                                .child(1)
                                .convolution(),
                        "block layer1.0. contains a SpatialConvolution"),
                arguments(
                        "a container with a missing module",
                        write().container("nn.Sequential", 1).child(2).convolution(),
                        "Sequential has no module 1"),
                arguments("an empty network", write().container("nn.Sequential", 0), "contains no tensors"),
                arguments(
                        "a convolution without weight",
                        write().container("nn.Sequential", 1).child(1).module("nn.SpatialConvolution", 0),
                        "SpatialConvolution has no weight"));
    }

    @Test
    void everyTruncationIsACardinalException() throws IOException {
        byte[] content = stem().batchNorm(1, 0.25, "running_std", 1).bytes();
        for (int length = 0; length < content.length; length++) {
            Files.write(file, Arrays.copyOf(content, length));
            assertThatExceptionOfType(CardinalException.class)
                    .isThrownBy(() -> Checkpoint.open(file).close())
                    .withMessageContaining("weights.t7");
        }
    }
}
