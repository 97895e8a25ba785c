package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;

/**
 * Measures the grouped convolutions of ResNeXt-50 32x4d and ResNeXt-101 32x8d with merged groups of every width:
 * {@code GroupedConvolutionBenchmark PRECISION ROUNDS}. Batches of 16 images, one thread. In each round, all widths run
 * in turn. Prints a Markdown table with the least processor time of the thread in milliseconds, which counts no time
 * that other programs had the core.
 */
final class GroupedConvolutionBenchmark {
    private static final int BATCH = 16;
    private static final int GROUPS = 32;
    private static final int WARM_UP = 2;
    private static final List<Integer> WIDTHS = List.of(4, 8, 16, 32, 64, 128);

    private GroupedConvolutionBenchmark() {}

    /** A layer of 32 groups with a stride, for images of some height and width. */
    private record Layer(int channels, int edge, int stride) {}

    /** A layer with groups of one width, and the least time of a run so far. */
    private static final class Variant implements AutoCloseable {
        private final Graph graph = new Graph();
        private final Session session;
        private long least = Long.MAX_VALUE;

        Variant(Layer layer, int width, Precision precision) {
            Ops ops = Ops.create(graph);
            Placeholder<TFloat32> x = ops.withName("x").placeholder(TFloat32.class, Placeholder.shape(shape(layer)));
            Operand<TFloat32> filter;
            int in = layer.channels() / GROUPS;
            try (TFloat32 narrow = random(Shape.of(3, 3, in, layer.channels()));
                    TFloat32 merged = GroupMerge.merged(narrow, GROUPS, width / in)) {
                filter = ops.constantOf(merged);
            }
            long stride = layer.stride();
            Operand<TFloat32> y = ops.nn.conv2d(
                    x,
                    filter,
                    List.of(1L, stride, stride, 1L),
                    "EXPLICIT",
                    Conv2d.explicitPaddings(0L, 0L, 1L, 1L, 1L, 1L, 0L, 0L));
            y = ops.nn.relu(ops.nn.biasAdd(y, ops.constant(new float[layer.channels()])));
            ops.withName("y").slice(y, ops.constant(new int[4]), ops.constant(new int[] {1, 1, 1, 1}));
            session = new Session(graph, SessionConfigs.of(new SessionSettings(Device.CPU, precision, 1)));
        }

        void run(TFloat32 x, boolean isMeasured) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            session.runner().feed("x", x).fetch("y").run().close();
            long used = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            least = isMeasured ? Math.min(least, used) : least;
        }

        @Override
        public void close() {
            session.close();
            graph.close();
        }
    }

    @SuppressWarnings("SystemOut") // prints its result
    public static void main(String[] args) {
        Precision precision = Precision.valueOf(args[0].toUpperCase(Locale.ROOT));
        int rounds = Integer.parseInt(args[1]);
        System.out.println("| channels | size | stride | 4 | 8 | 16 | 32 | 64 | 128 |");
        System.out.println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        List.of(
                        new Layer(128, 56, 1),
                        new Layer(256, 56, 2),
                        new Layer(256, 28, 1),
                        new Layer(512, 28, 2),
                        new Layer(512, 14, 1),
                        new Layer(1024, 14, 2),
                        new Layer(1024, 7, 1),
                        new Layer(256, 56, 1),
                        new Layer(512, 28, 1))
                .forEach(layer -> System.out.println(row(layer, precision, rounds)));
    }

    private static String row(Layer layer, Precision precision, int rounds) {
        List<Variant> variants = new ArrayList<>();
        try (TFloat32 x = random(shape(layer))) {
            for (int width : WIDTHS) {
                if (width >= layer.channels() / GROUPS) {
                    variants.add(new Variant(layer, width, precision));
                }
            }
            for (int round = 0; round < rounds + WARM_UP; round++) {
                boolean isMeasured = round >= WARM_UP;
                variants.forEach(variant -> variant.run(x, isMeasured));
            }
            StringBuilder row = new StringBuilder("| ")
                    .append(layer.channels())
                    .append(" | ")
                    .append(layer.edge())
                    .append(" | ")
                    .append(layer.stride())
                    .append(" |");
            row.append(" |".repeat(WIDTHS.size() - variants.size()));
            variants.forEach(variant -> row.append(String.format(Locale.ROOT, " %.1f |", variant.least / 1e6)));
            return row.toString();
        } finally {
            variants.forEach(Variant::close);
        }
    }

    private static Shape shape(Layer layer) {
        return Shape.of(BATCH, layer.edge(), layer.edge(), layer.channels());
    }

    private static TFloat32 random(Shape shape) {
        Random random = new Random(1);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return TFloat32.tensorOf(shape, DataBuffers.of(values));
    }
}
