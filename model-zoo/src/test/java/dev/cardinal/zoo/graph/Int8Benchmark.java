package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Compares ResNeXt-50 32x4d in fp32 and bf16 with the same network whose 1 x 1 convolutions are INT8, in TensorFlow's
 * kernels of oneDNN: {@code Int8Benchmark ROUNDS}. Grouped convolutions, stem and pooling remain in fp32 or bf16, because
 * the INT8 kernel refuses groups; with a dense first stage, its grouped convolutions are dense INT8 convolutions. Weights
 * and ranges are random, so that only the time means something. Batches of 16 images, one thread, all networks in turn.
 * Prints a Markdown table with the processor time of the thread for a batch in milliseconds.
 */
final class Int8Benchmark implements AutoCloseable {
    private static final int BATCH = 16;
    private static final int EDGE = 224;
    private static final int GROUPS = 32;
    private static final int WARM_UP = 1;
    private static final float LARGEST = 6;
    private static final List<Integer> LAYERS = List.of(3, 4, 6, 3);

    /** The arithmetic of a network. */
    private enum Arithmetic {
        FP32(Precision.FP32, false, false),
        BF16(Precision.BF16, false, false),
        INT8_AND_FP32(Precision.FP32, true, false),
        INT8_AND_FP32_WITH_DENSE_FIRST_STAGE(Precision.FP32, true, true),
        INT8_AND_BF16(Precision.BF16, true, false),
        INT8_AND_BF16_WITH_DENSE_FIRST_STAGE(Precision.BF16, true, true);

        private final Precision precision;
        private final boolean isInt8;
        private final boolean isFirstStageDense;

        Arithmetic(Precision precision, boolean isInt8, boolean isFirstStageDense) {
            this.precision = precision;
            this.isInt8 = isInt8;
            this.isFirstStageDense = isFirstStageDense;
        }
    }

    private final Graph graph = new Graph();
    private final Random random = new Random(1);
    private final Arithmetic arithmetic;
    private final Session session;
    private final GraphOperation last;
    private final List<Long> times = new ArrayList<>();

    private Int8Benchmark(Arithmetic arithmetic) {
        this.arithmetic = arithmetic;
        this.last = network();
        this.session = new Session(graph, SessionConfigs.of(new SessionSettings(Device.CPU, arithmetic.precision, 1)));
    }

    @SuppressWarnings("SystemOut") // prints its result
    public static void main(String[] args) {
        List<Int8Benchmark> networks =
                Arrays.stream(Arithmetic.values()).map(Int8Benchmark::new).toList();
        try (TFloat32 image = random(new Random(3), Shape.of(BATCH, EDGE, EDGE, 3), 1)) {
            for (int round = 0; round < Integer.parseInt(args[0]) + WARM_UP; round++) {
                boolean isMeasured = round >= WARM_UP;
                networks.forEach(network -> network.run(image, isMeasured));
            }
        }
        System.out.println("| network | least, ms | median, ms |\n| --- | ---: | ---: |");
        for (Int8Benchmark network : networks) {
            Collections.sort(network.times);
            double least = network.times.get(0) / 1e6;
            double median = network.times.get(network.times.size() / 2) / 1e6;
            System.out.println(String.format(Locale.ROOT, "| %s | %.0f | %.0f |", network.arithmetic, least, median));
            network.close();
        }
    }

    private void run(TFloat32 image, boolean isMeasured) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        session.runner().feed("image", image).addTarget(last).run().close();
        if (isMeasured) {
            times.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start);
        }
    }

    private GraphOperation network() {
        boolean isInt8 = arithmetic.isInt8;
        Output<?> x = graph.opBuilder("Placeholder", "image", graph.baseScope())
                .setAttr("dtype", DataType.DT_FLOAT)
                .setAttr("shape", Shape.of(BATCH, EDGE, EDGE, 3))
                .build()
                .output(0);
        x = convolution(x, 7, 3, 64, 2, 1, null, true);
        x = builder("MaxPool")
                .addInput(x)
                .setAttr("ksize", new long[] {1, 3, 3, 1})
                .setAttr("strides", new long[] {1, 2, 2, 1})
                .setAttr("padding", "EXPLICIT")
                .setAttr("explicit_paddings", new long[] {0, 0, 1, 1, 1, 1, 0, 0})
                .build()
                .output(0);
        x = isInt8 ? quantized(x) : x;
        int in = 64;
        for (int stage = 0; stage < LAYERS.size(); stage++) {
            for (int block = 0; block < LAYERS.get(stage); block++) {
                x = isInt8 ? int8Block(x, in, stage, block == 0) : block(x, in, stage, block == 0);
                in = 256 << stage;
            }
        }
        x = isInt8 ? dequantized(x) : x;
        return builder("Mean")
                .addInput(x)
                .addInput(constant(TInt32.vectorOf(1, 2), DataType.DT_INT32))
                .build();
    }

    private Output<?> block(Output<?> x, int in, int stage, boolean isFirst) {
        int middle = 128 << stage;
        int stride = isFirst && stage > 0 ? 2 : 1;
        Output<?> y = convolution(x, 1, in, middle, 1, 1, null, true);
        y = convolution(y, 3, middle, middle, stride, GROUPS, null, true);
        Output<?> shortcut = isFirst ? convolution(x, 1, in, 2 * middle, stride, 1, null, false) : x;
        return convolution(y, 1, middle, 2 * middle, 1, 1, shortcut, true);
    }

    private Output<?> int8Block(Output<?> x, int in, int stage, boolean isFirst) {
        int middle = 128 << stage;
        int stride = isFirst && stage > 0 ? 2 : 1;
        Output<?> y = int8Convolution(x, 1, in, middle, 1, "AndRelu", null);
        y = arithmetic.isFirstStageDense && stage == 0
                ? int8Convolution(y, 3, middle, middle, stride, "AndRelu", null)
                : quantized(convolution(dequantized(y), 3, middle, middle, stride, GROUPS, null, true));
        return isFirst
                ? int8Convolution(
                        y,
                        1,
                        middle,
                        2 * middle,
                        1,
                        "SignedSumAndRelu",
                        int8Convolution(x, 1, in, 2 * middle, stride, "", null))
                : int8Convolution(y, 1, middle, 2 * middle, 1, "SumAndRelu", x);
    }

    private Output<?> convolution(
            Output<?> x,
            int kernel,
            int in,
            int out,
            int stride,
            int groups,
            @Nullable Output<?> sum,
            boolean hasRelu) {
        long pad = kernel / 2;
        GraphOperationBuilder product = builder("Conv2D")
                .addInput(x)
                .addInput(filter(kernel, in / groups, out))
                .setAttr("strides", new long[] {1, stride, stride, 1})
                .setAttr("padding", pad == 0 ? "VALID" : "EXPLICIT");
        if (pad > 0) {
            product.setAttr("explicit_paddings", new long[] {0, 0, pad, pad, pad, pad, 0, 0});
        }
        Output<?> y = builder("BiasAdd")
                .addInput(product.build().output(0))
                .addInput(constants(out, 0.01f))
                .build()
                .output(0);
        if (sum != null) {
            y = builder("AddN").addInputList(new Output<?>[] {y, sum}).build().output(0);
        }
        return hasRelu ? builder("Relu").addInput(y).build().output(0) : y;
    }

    /** Adds a convolution of unsigned 8-bit numbers; if it has no ReLU, its result is signed. */
    private Output<?> int8Convolution(
            Output<?> x, int kernel, int in, int out, int stride, String then, @Nullable Output<?> sum) {
        boolean isUnsigned = then.endsWith("Relu");
        long pad = kernel / 2;
        GraphOperationBuilder builder = builder("QuantizedConv2DWithBias" + then + "AndRequantize")
                .addInput(x)
                .addInput(builder("QuantizeV2")
                        .addInput(filter(kernel, in, out))
                        .addInput(constant(-1))
                        .addInput(constant(1))
                        .setAttr("T", DataType.DT_QINT8)
                        .setAttr("mode", "SCALED")
                        .build()
                        .output(0))
                .addInput(constants(out, 0.01f))
                .addInput(constant(0))
                .addInput(constant(LARGEST))
                .addInput(constants(out, -1))
                .addInput(constants(out, 1))
                .addInput(constant(isUnsigned ? 0 : -LARGEST))
                .addInput(constant(LARGEST))
                .setAttr("Tinput", DataType.DT_QUINT8)
                .setAttr("Tfilter", DataType.DT_QINT8)
                .setAttr("Tbias", DataType.DT_FLOAT)
                .setAttr("out_type", isUnsigned ? DataType.DT_QUINT8 : DataType.DT_QINT8)
                .setAttr("strides", new long[] {1, stride, stride, 1})
                .setAttr("padding", "VALID");
        if (pad > 0) {
            builder.setAttr("padding_list", new long[] {0, 0, pad, pad, pad, pad, 0, 0});
        }
        if (sum != null) {
            boolean isSigned = then.startsWith("Signed");
            builder.addInput(sum)
                    .addInput(constant(isSigned ? -LARGEST : 0))
                    .addInput(constant(LARGEST))
                    .setAttr("Tsummand", isSigned ? DataType.DT_QINT8 : DataType.DT_QUINT8);
        }
        return builder.build().output(0);
    }

    private Output<?> quantized(Output<?> x) {
        return builder("QuantizeV2")
                .addInput(x)
                .addInput(constant(0))
                .addInput(constant(LARGEST))
                .setAttr("T", DataType.DT_QUINT8)
                .setAttr("mode", "SCALED")
                .setAttr("round_mode", "HALF_TO_EVEN") // with another one, oneDNN does not run it
                .build()
                .output(0);
    }

    private Output<?> dequantized(Output<?> x) {
        return builder("Dequantize")
                .addInput(x)
                .addInput(constant(0))
                .addInput(constant(LARGEST))
                .setAttr("mode", "SCALED")
                .build()
                .output(0);
    }

    private Output<?> filter(int kernel, int in, int out) {
        double deviation = Math.sqrt(2.0 / (kernel * kernel * in));
        return constant(random(random, Shape.of(kernel, kernel, in, out), deviation), DataType.DT_FLOAT);
    }

    private Output<?> constants(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return constant(TFloat32.vectorOf(values), DataType.DT_FLOAT);
    }

    private Output<?> constant(float value) {
        return constant(TFloat32.scalarOf(value), DataType.DT_FLOAT);
    }

    /** Adds a constant and closes the tensor. */
    private Output<?> constant(Tensor value, DataType type) {
        try (value) {
            return builder("Const")
                    .setAttr("dtype", type)
                    .setAttr("value", value)
                    .build()
                    .output(0);
        }
    }

    private GraphOperationBuilder builder(String type) {
        return graph.opBuilder(type, graph.baseScope().makeOpName(type), graph.baseScope());
    }

    private static TFloat32 random(Random random, Shape shape, double deviation) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return TFloat32.tensorOf(shape, DataBuffers.of(values));
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
