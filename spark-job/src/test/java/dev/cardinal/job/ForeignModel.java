package dev.cardinal.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Writes a SavedModel with TensorFlow's API alone: a 3x3 convolution with four filters, ReLU, average, and a layer with five classes.
 * src/test/fixtures/foreign_model.py computes the same network in PyTorch.
 */
public final class ForeignModel {
    private static final int FILTERS = 4;
    private static final int CLASSES = 5;
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] STD = {0.229f, 0.224f, 0.225f};

    private final Graph graph = new Graph();
    private final Ops ops = Ops.create(graph);
    private final Signature.Builder signature;

    private ForeignModel(String key) {
        this.signature = Signature.builder(key);
    }

    /** Input of a model. */
    public enum Input {
        /** Pixels; the model normalizes them itself. */
        UINT8_NHWC,
        FLOAT_NHWC,
        FLOAT_NCHW,
        /** Floats with channels last, which the signature does not show. */
        FLOAT_OF_UNKNOWN_SHAPE
    }

    /** Keys of a model's outputs; null for an output that it does not have. */
    public record Outputs(
            @Nullable String logits,
            @Nullable String probabilities,
            @Nullable String features) {}

    /**
     * Writes a model.
     *
     * @param key key of its signature
     * @param image key of its input
     * @param batch images in a batch, -1 for any number
     * @param edge rows and columns of an image, -1 for any number
     */
    public static void write(
            Path directory, String key, String image, Input input, long batch, long edge, Outputs outputs) {
        ForeignModel model = new ForeignModel(key);
        try (Graph graph = model.graph;
                Session session = new Session(graph)) {
            Operand<TFloat32> features = model.features(session, model.input(image, input, batch, edge));
            Operand<TFloat32> logits = model.ops.math.add(
                    model.ops.linalg.matMul(
                            features,
                            model.variable(
                                    session, Shape.of(FILTERS, CLASSES), weights(FILTERS * CLASSES, 53, 97, 48, 24))),
                    model.ops.constant(new float[] {-0.2f, -0.1f, 0, 0.1f, 0.2f}));
            model.output(outputs.logits(), logits);
            model.output(outputs.probabilities(), model.ops.nn.softmax(logits));
            model.output(outputs.features(), features);
            SavedModelBundle.exporter(directory.toString())
                    .withSession(session)
                    .withSignature(model.signature.build())
                    .export();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void output(@Nullable String key, Operand<TFloat32> value) {
        if (key != null) {
            signature.output(key, value);
        }
    }

    /** Adds the input to the signature and returns it as normalized float32 [N, H, W, 3]. */
    private Operand<TFloat32> input(String key, Input input, long batch, long edge) {
        if (input == Input.UINT8_NHWC) {
            Placeholder<TUint8> pixels = ops.withName("raw_pixels")
                    .placeholder(TUint8.class, Placeholder.shape(Shape.of(batch, edge, edge, 3)));
            signature.input(key, pixels);
            Operand<TFloat32> scaled = ops.math.div(ops.dtypes.cast(pixels, TFloat32.class), ops.constant(255f));
            return ops.math.div(ops.math.sub(scaled, ops.constant(MEAN)), ops.constant(STD));
        }
        if (input == Input.FLOAT_NCHW) {
            Placeholder<TFloat32> planes =
                    ops.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, 3, edge, edge)));
            signature.input(key, planes);
            Operand<TInt32> order = ops.constant(new int[] {0, 2, 3, 1});
            return ops.linalg.transpose(planes, order);
        }
        Shape shape = input == Input.FLOAT_NHWC ? Shape.of(batch, edge, edge, 3) : Shape.of(batch, edge, -1, -1);
        Placeholder<TFloat32> image = ops.placeholder(TFloat32.class, Placeholder.shape(shape));
        signature.input(key, image);
        return image;
    }

    private Operand<TFloat32> features(Session session, Operand<TFloat32> input) {
        Operand<TFloat32> filter =
                variable(session, Shape.of(3, 3, 3, FILTERS), weights(3 * 3 * 3 * FILTERS, 37, 101, 50, 100));
        Operand<TFloat32> filtered = ops.nn.relu(ops.nn.conv2d(input, filter, List.of(1L, 1L, 1L, 1L), "VALID"));
        return ops.math.mean(filtered, ops.constant(new int[] {1, 2}));
    }

    private Operand<TFloat32> variable(Session session, Shape shape, float[] values) {
        Variable<TFloat32> variable = ops.variable(shape, TFloat32.class);
        Assign<TFloat32> assign = ops.assign(
                variable, ops.reshape(ops.constant(StdArrays.ndCopyOf(values)), ops.constant(shape.asArray())));
        session.runner().addTarget(assign).run().close();
        return ops.identity(variable);
    }

    private static float[] weights(int count, int step, int modulus, int offset, float scale) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = (i * step % modulus - offset) / scale;
        }
        return weights;
    }
}
