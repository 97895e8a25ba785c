package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;

/** Compares graphs with merged groups with the same graphs without, both in TensorFlow. */
class GroupMergeTest {
    private static final int EDGE = 9;
    private static final int IMAGES = 2;
    private static final GroupMerge TO_16 = new GroupMerge(16);

    @TempDir
    private Path directory;

    private Random random = new Random();

    @BeforeEach
    void seed() {
        random = new Random(5);
    }

    @ParameterizedTest
    @CsvSource({
        "BF16, true,  16", "BF16, false, 1", // measured; not measured
        "FP32, true,  1", "FP32, false, 1", // measured, not faster
        "FP16, true,  1",
    })
    void onlyBf16WithAmxMergesOnCpus(Precision precision, boolean amx, int width) {
        assertThat(GroupMerge.of(Device.Kind.CPU, precision, amx)).isEqualTo(new GroupMerge(width));
        assertThat(GroupMerge.of(Device.Kind.GPU, precision, amx)).isEqualTo(GroupMerge.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        // channels, channels of a group, merged width, stride, dilation, padding
        "128,  4,  8, 1, 1, 1",
        "128,  4, 16, 1, 1, 1",
        "128,  4, 32, 2, 1, 1",
        " 64,  8, 16, 1, 1, 1",
        " 64,  8, 16, 2, 1, 1",
        " 64,  8, 32, 1, 2, 2",
        " 64, 16, 32, 1, 1, 0",
        " 32,  4, 16, 1, 2, 2",
        " 16,  4, 16, 1, 1, 1", // one dense group
    })
    void mergedGroupsComputeTheSameFunction(int channels, int in, int width, int stride, int dilation, int padding)
            throws IOException {
        save(channels, x -> convolution(x, 3, in, channels, stride, dilation, padding));

        Outputs merged = run(new GroupMerge(width), Precision.FP32);

        assertThat(merged.widths()).containsExactly((long) width);
        assertSame(merged, run(GroupMerge.NONE, Precision.FP32), 1e-5);
    }

    @ParameterizedTest
    @CsvSource({
        // channels, kernel, channels of a group, outputs
        "24, 3,  4, 24", // 6 groups, of which 4 become one
        "36, 3, 12, 36", // 16 is no multiple of 12
        "32, 3, 16, 32", // already as wide
        "64, 3, 32, 64", // wider
        "32, 3,  4, 64", // two outputs for an input
        "32, 3,  1, 32", // depthwise
        "32, 3,  2, 32",
        "32, 1,  4, 32", // no 3 x 3 convolution
        "32, 5,  4, 32",
        " 4, 3,  4,  4", // no groups
        " 8, 3,  8, 32",
    })
    void otherConvolutionsKeepTheirGroups(int channels, int kernel, int in, int out) throws IOException {
        save(channels, x -> convolution(x, kernel, in, out, 1, 1, kernel / 2));

        assertThat(run(TO_16, Precision.FP32).widths()).containsExactly((long) in);
    }

    @ParameterizedTest
    @CsvSource({"FP32, 1e-5", "BF16, 0.02"})
    void blockWithSqueezeAndExcitationChangesOnlyItsGroupedConvolution(Precision precision, double tolerance)
            throws IOException {
        save(32, x -> {
            Operand<TFloat32> y = x.ops.nn.relu(convolution(x, 1, 32, 32, 1, 1, 0));
            y = x.ops.nn.relu(convolution(x.with(y), 3, 4, 32, 1, 1, 1));
            Operand<TFloat32> averages = x.ops.math.mean(y, x.ops.constant(new int[] {1, 2}), Mean.keepDims(true));
            Operand<TFloat32> weights = x.ops.math.sigmoid(convolution(x.with(averages), 1, 32, 32, 1, 1, 0));
            y = convolution(x.with(x.ops.math.mul(y, weights)), 1, 32, 32, 1, 1, 0);
            return x.ops.nn.relu(x.ops.math.addN(List.of(y, x.value)));
        });

        Outputs merged = run(TO_16, precision);

        assertThat(merged.widths()).containsExactlyInAnyOrder(32L, 16L, 32L, 32L);
        assertSame(merged, run(GroupMerge.NONE, precision), tolerance);
    }

    @Test
    void computedFilterKeepsItsGroups() throws IOException {
        save(
                32,
                x -> x.ops.nn.conv2d(
                        x.value,
                        x.ops.math.mul(variable(x, "weights", 3, 3, 4, 32), x.ops.constant(2f)),
                        List.of(1L, 1L, 1L, 1L),
                        "SAME"));

        assertThat(run(TO_16, Precision.FP32).widths()).containsExactly(4L);
    }

    /** The input of a layer. */
    private record Layer(Ops ops, Operand<TFloat32> value) {
        Layer with(Operand<TFloat32> other) {
            return new Layer(ops, other);
        }
    }

    private interface Network {
        Operand<TFloat32> apply(Layer input);
    }

    /**
     * What a graph computes.
     *
     * @param values the output
     * @param widths channels of a group in each convolution
     */
    @SuppressWarnings("ArrayRecordComponent") // only holds numbers
    private record Outputs(float[] values, List<Long> widths) {}

    private Operand<TFloat32> convolution(Layer x, int kernel, int in, int out, int stride, int dilation, int padding) {
        long p = padding;
        return x.ops.nn.biasAdd(
                x.ops.nn.conv2d(
                        x.value,
                        variable(x, "filter", kernel, kernel, in, out),
                        List.of(1L, (long) stride, (long) stride, 1L),
                        "EXPLICIT",
                        Conv2d.explicitPaddings(0L, 0L, p, p, p, p, 0L, 0L),
                        Conv2d.dilations(1L, (long) dilation, (long) dilation, 1L)),
                variable(x, "bias", out));
    }

    private Operand<TFloat32> variable(Layer x, String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() / 8;
        }
        Variable<TFloat32> variable = x.ops.withName(name).variable(shape, TFloat32.class);
        Ops start = x.ops.withInitScope();
        start.assign(variable, start.constant(shape, DataBuffers.of(values)));
        return x.ops.identity(variable);
    }

    private void save(int channels, Network network) throws IOException {
        try (Graph graph = new Graph()) {
            Ops ops = Ops.create(graph);
            Placeholder<TFloat32> image = ops.withName("image")
                    .placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, EDGE, EDGE, channels)));
            Operand<TFloat32> output = ops.withName("output").identity(network.apply(new Layer(ops, image)));
            try (Session session = new Session(graph)) {
                session.initialize();
                SavedModelBundle.exporter(directory.toString())
                        .withTags("serve")
                        .withSession(session)
                        .withSignature(Signature.builder()
                                .key("serving_default")
                                .input("image", image)
                                .output("output", output)
                                .build())
                        .export();
            }
        }
    }

    private Outputs run(GroupMerge merge, Precision precision) {
        SessionSettings settings = new SessionSettings(Device.CPU, precision, 2);
        try (SavedModelBundle bundle = SavedModelBundle.load(directory.toString(), "serve");
                Graph graph =
                        GraphFreezer.freeze(bundle, List.of("output:0"), merge).orElseThrow();
                Session session = new Session(graph, SessionConfigs.of(settings))) {
            Shape shape =
                    Objects.requireNonNull(graph.operation("image")).output(0).shape();
            float[] pixels = new float[(int) (IMAGES * EDGE * EDGE * shape.get(3))];
            Random values = new Random(6);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) values.nextGaussian();
            }
            try (TFloat32 input =
                            TFloat32.tensorOf(Shape.of(IMAGES, EDGE, EDGE, shape.get(3)), DataBuffers.of(pixels));
                    Result result = session.runner()
                            .feed("image", input)
                            .fetch("output:0")
                            .run()) {
                TFloat32 output = (TFloat32) result.get(0);
                float[] numbers = new float[(int) output.size()];
                output.asRawTensor().data().asFloats().read(numbers);
                return new Outputs(numbers, widths(graph));
            }
        }
    }

    private static List<Long> widths(Graph graph) {
        List<Long> widths = new ArrayList<>();
        graph.operations().forEachRemaining(operation -> {
            if (operation.type().equals("Conv2D")) {
                widths.add(operation.input(1).shape().get(2));
            }
        });
        return widths;
    }

    private static void assertSame(Outputs actual, Outputs expected, double tolerance) {
        assertThat(actual.values()).hasSameSizeAs(expected.values());
        double largest = 0;
        for (float value : expected.values()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isPositive();
        for (int i = 0; i < expected.values().length; i++) {
            assertThat(actual.values()[i]).isCloseTo(expected.values()[i], within((float) (tolerance * largest)));
        }
    }
}
