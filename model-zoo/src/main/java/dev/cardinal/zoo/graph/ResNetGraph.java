package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.Architecture;
import dev.cardinal.zoo.Convolution;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.ResidualBlock;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The graph of a ResNet or ResNeXt: uint8 pixels in; logits, probabilities and features out. Batch normalisation is folded
 * into the convolutions, which have a bias in its place.
 *
 * <p>Layout is NHWC. Padding is symmetric and explicit, as PyTorch pads; TensorFlow's SAME pads convolutions of stride 2
 * differently. The residual sum is an {@code AddN}: the optimiser fuses it, with its ReLU, into the convolution before it.
 */
final class ResNetGraph {
    private static final String VALID = "VALID";
    private static final String EXPLICIT = "EXPLICIT";

    private final Ops ops;
    private final Architecture architecture;
    private final VariableStore variables;
    private final Placeholder<TUint8> image;
    private final Operand<TFloat32> features;
    private final Operand<TFloat32> logits;
    private final Operand<TFloat32> probabilities;

    ResNetGraph(Ops ops, ModelCard card) {
        this.ops = ops;
        this.architecture = card.architecture();
        this.variables = new VariableStore(ops);
        Integer crop = card.preprocessing().crop();
        long edge = crop == null ? Shape.UNKNOWN_SIZE : crop;
        this.image = ops.withName("image")
                .placeholder(TUint8.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, edge, edge, 3)));
        this.features = features(normalised(card.preprocessing()));
        this.logits = ops.withName("logits").identity(lastLayer());
        this.probabilities = ops.withName("probabilities").nn.softmax(logits);
    }

    /** uint8 [N, H, W, 3]. */
    Placeholder<TUint8> image() {
        return image;
    }

    /** float32 [N, features]: the average-pooled output of the last block. */
    Operand<TFloat32> features() {
        return features;
    }

    /** float32 [N, classes]. */
    Operand<TFloat32> logits() {
        return logits;
    }

    /** float32 [N, classes], softmax of the logits. */
    Operand<TFloat32> probabilities() {
        return probabilities;
    }

    /** Filter and bias of every convolution in the order of {@link Architecture#convolutions}, then those of the last layer. */
    VariableStore variables() {
        return variables;
    }

    /**
     * (pixel / 255 - mean) / std, as one multiplication and one addition. Where all images have one width, a row of pixels is a row
     * of numbers to them: along three channels alone TensorFlow works at a third of the speed.
     */
    private Operand<TFloat32> normalised(Preprocessing preprocessing) {
        Integer crop = preprocessing.crop();
        int pixels = crop == null ? 1 : crop;
        float[] scale = new float[3 * pixels];
        float[] shift = new float[3 * pixels];
        for (int i = 0; i < scale.length; i++) {
            double std = preprocessing.std().get(i % 3);
            scale[i] = (float) (1 / (255 * std));
            shift[i] = (float) (-preprocessing.mean().get(i % 3) / std);
        }
        if (crop == null) {
            return normalised(image, scale, shift);
        }
        Operand<TUint8> rows = ops.reshape(image, ops.constant(new int[] {-1, crop, 3 * crop}));
        return ops.reshape(normalised(rows, scale, shift), ops.constant(new int[] {-1, crop, crop, 3}));
    }

    private Operand<TFloat32> normalised(Operand<TUint8> pixels, float[] scale, float[] shift) {
        Operand<TFloat32> numbers = ops.dtypes.cast(pixels, TFloat32.class);
        return ops.math.add(ops.math.mul(numbers, ops.constant(scale)), ops.constant(shift));
    }

    private Operand<TFloat32> features(Operand<TFloat32> input) {
        Operand<TFloat32> x = ops.nn.relu(convolve(input, architecture.stemConvolution()));
        if (architecture.stem() == Architecture.Stem.IMAGENET) {
            x = maxPool(x);
        }
        for (ResidualBlock block : architecture.blocks()) {
            x = residual(x, block);
        }
        Operand<TInt32> space = ops.constant(new int[] {1, 2});
        return ops.withName("features").math.mean(x, space);
    }

    private Operand<TFloat32> residual(Operand<TFloat32> input, ResidualBlock block) {
        Operand<TFloat32> x = input;
        List<Convolution> path = block.path();
        for (int i = 0; i < path.size(); i++) {
            Operand<TFloat32> y = convolve(x, path.get(i));
            x = i < path.size() - 1 ? ops.nn.relu(y) : y;
        }
        Convolution projection = block.shortcut();
        Operand<TFloat32> shortcut = projection == null ? input : convolve(input, projection);
        return ops.nn.relu(ops.math.addN(List.of(x, shortcut)));
    }

    private Operand<TFloat32> convolve(Operand<TFloat32> input, Convolution c) {
        Operand<TFloat32> filter =
                variables.variable(c.name() + ".filter", c.kernel(), c.kernel(), c.in() / c.groups(), c.out());
        Operand<TFloat32> bias = variables.variable(c.name() + ".bias", c.out());
        long pad = c.padding();
        long stride = c.stride();
        List<Long> strides = List.of(1L, stride, stride, 1L);
        Operand<TFloat32> product = pad == 0
                ? ops.withName(c.name()).nn.conv2d(input, filter, strides, VALID)
                : ops.withName(c.name())
                        .nn
                        .conv2d(
                                input,
                                filter,
                                strides,
                                EXPLICIT,
                                Conv2d.explicitPaddings(0L, 0L, pad, pad, pad, pad, 0L, 0L));
        return ops.nn.biasAdd(product, bias);
    }

    /** 3x3, stride 2, padded by 1: the operation {@code MaxPool}, which TensorFlow Java wraps only without explicit padding. */
    private Operand<TFloat32> maxPool(Operand<TFloat32> input) {
        return ops.scope()
                .opBuilder("MaxPool", "MaxPool")
                .addInput(input.asOutput())
                .setAttr("ksize", new long[] {1, 3, 3, 1})
                .setAttr("strides", new long[] {1, 2, 2, 1})
                .setAttr("padding", EXPLICIT)
                .setAttr("explicit_paddings", new long[] {0, 0, 1, 1, 1, 1, 0, 0})
                .setAttr("data_format", "NHWC")
                .build()
                .output(0);
    }

    private Operand<TFloat32> lastLayer() {
        Operand<TFloat32> weight = variables.variable("fc.weight", architecture.classes(), architecture.features());
        Operand<TFloat32> bias = variables.variable("fc.bias", architecture.classes());
        return ops.nn.biasAdd(ops.linalg.matMul(features, weight, MatMul.transposeB(true)), bias);
    }
}
