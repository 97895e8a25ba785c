package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.DeviceMemoryException;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

class GraphFreezerTest {
    private static final ModelInterface IO = new ModelInterface(
            "serving_default", "image", Element.UINT8, TensorLayout.NHWC, null, "logits", null, null);
    private static final Preprocessing PREPROCESSING = new Preprocessing(
            null,
            null,
            Interpolation.PILLOW_BILINEAR,
            CropRounding.HALF_EVEN,
            List.of(0.5, 0.5, 0.5),
            List.of(1., 1., 1.));

    @TempDir
    private Path directory;

    @Test
    void variablesBecomeConstantsOfTheirValues() throws IOException {
        save((ops, pixels) -> {
            Variable<TFloat32> weights = ops.withName("weights").variable(Shape.of(3, 2), TFloat32.class);
            Ops start = ops.withInitScope();
            start.assign(weights, start.constant(new float[][] {{1, 2}, {3, 4}, {5, 6}}));
            return ops.linalg.matMul(pixels, weights);
        });

        try (LoadedModel model = LoadedModel.load(directory, IO.signature(), SessionSettings.cpu())) {
            assertThat(operations(model.session().graph()))
                    .contains("Const weights", "MatMul MatMul")
                    .noneMatch(operation -> operation.startsWith("Variable") || operation.startsWith("Assign"));
        }
        assertThat(logits()).containsExactly(22, 28);
    }

    @Test
    void listsOfInputsKeepTheirOrder() throws IOException {
        save((ops, pixels) -> ops.concat(
                List.of(pixels, ops.constant(new float[][] {{7, 8}}), ops.math.neg(pixels)), ops.constant(1)));

        assertThat(logits()).containsExactly(1, 2, 3, 7, 8, -1, -2, -3);
    }

    @Test
    void graphWithStatefulOperationsIsNotFrozen() throws IOException {
        save((ops, pixels) ->
                ops.math.add(pixels, ops.random.randomUniform(ops.constant(new int[] {1, 3}), TFloat32.class)));

        try (SavedModelBundle bundle = SavedModelBundle.load(directory.toString(), "serve")) {
            assertThat(GraphFreezer.freeze(bundle, List.of("logits:0"), GroupMerge.NONE))
                    .isEmpty();
        }
        assertThat(logits()).hasSize(3);
    }

    @Test
    void modelThatWritesToItsVariablesIsNotFrozen() throws IOException {
        save((ops, pixels) -> {
            Variable<TFloat32> calls = ops.withName("calls").variable(Shape.scalar(), TFloat32.class);
            Ops start = ops.withInitScope();
            start.assign(calls, start.constant(4f));
            return ops.withControlDependencies(List.of(ops.assignAdd(calls, ops.constant(1f))))
                    .math
                    .add(pixels, ops.constant(1f));
        });

        assertThat(logits()).containsExactly(2, 3, 4);
    }

    /** Constants of a large model would need several times its size in memory. */
    @Test
    void modelAbove256MebibytesKeepsItsVariables() throws IOException {
        long rows = (256L << 20) / (2 * Float.BYTES) + 1;
        save((ops, pixels) -> {
            Variable<TFloat32> weights = ops.withName("weights").variable(Shape.of(rows, 2), TFloat32.class);
            Ops start = ops.withInitScope();
            start.assign(weights, start.fill(start.constant(new long[] {rows, 2}), start.constant(2f)));
            return ops.linalg.matMul(
                    pixels, ops.slice(weights, ops.constant(new int[] {0, 0}), ops.constant(new int[] {3, 2})));
        });

        try (LoadedModel model = LoadedModel.load(directory, IO.signature(), SessionSettings.cpu())) {
            assertThat(operations(model.session().graph())).contains("VariableV2 weights");
        }
        assertThat(logits()).containsExactly(12, 12);
    }

    @Test
    void outOfMemoryThrowsDeviceMemoryException() throws IOException {
        save((ops, pixels) -> ops.math.add(
                pixels,
                ops.math.mean(
                        ops.fill(
                                ops.math.mul(ops.shape(pixels, TInt64.class), ops.constant(1L << 25)),
                                ops.constant(1f)),
                        ops.constant(new int[] {0, 1}))));

        assertThatThrownBy(this::logits)
                .isInstanceOf(DeviceMemoryException.class)
                .hasMessageContaining("batch of 1");
    }

    /** Saves a model whose input is the three channels of the first pixel. */
    private void save(BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> network) throws IOException {
        try (Graph graph = new Graph()) {
            Ops ops = Ops.create(graph);
            Placeholder<TUint8> image =
                    ops.withName("image").placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, 1, 1, 3)));
            Operand<TFloat32> pixels =
                    ops.reshape(ops.dtypes.cast(image, TFloat32.class), ops.constant(new int[] {-1, 3}));
            Operand<TFloat32> logits = ops.withName("logits").identity(network.apply(ops, pixels));
            try (Session session = new Session(graph)) {
                session.initialize();
                SavedModelBundle.exporter(directory.toString())
                        .withTags("serve")
                        .withSession(session)
                        .withSignature(Signature.builder()
                                .key(IO.signature())
                                .input("image", image)
                                .output("logits", logits)
                                .build())
                        .export();
            }
        }
    }

    private float[] logits() {
        try (SavedModelSession model = SavedModelSession.load(directory, IO, PREPROCESSING, SessionSettings.cpu())) {
            return Optional.ofNullable(model.run(List.of(new byte[] {1, 2, 3}), 1, 1)
                            .get(0)
                            .logits())
                    .orElseThrow();
        }
    }

    private static List<String> operations(Graph graph) {
        List<String> operations = new ArrayList<>();
        graph.operations().forEachRemaining(operation -> operations.add(operation.type() + " " + operation.name()));
        return operations;
    }
}
