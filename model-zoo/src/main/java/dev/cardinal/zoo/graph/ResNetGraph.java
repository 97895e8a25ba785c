package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.BatchNorm;
import dev.cardinal.zoo.card.Convolution;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.ResidualBlock;
import dev.cardinal.zoo.card.ResidualBlock.Preactivation;
import dev.cardinal.zoo.card.ResidualBlock.Shortcut;
import dev.cardinal.zoo.card.ResidualBlock.SqueezeExcitation;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * Builds the graph of a ResNet or ResNeXt. The input is uint8 pixels; the outputs are logits, probabilities and
 * features. Batch normalization is folded into the convolutions, which have a bias instead. If no convolution
 * precedes it, it is a multiplication and an addition.
 *
 * <p>The layout is NHWC. Padding is symmetric and explicit as in PyTorch; TensorFlow's SAME pads convolutions of stride
 * 2 differently. The residual sum is an {@code AddN}, because the optimizer fuses it and its ReLU into the preceding
 * convolution.
 */
final class ResNetGraph {
    private static final String VALID = "VALID";
    private static final String EXPLICIT = "EXPLICIT";

    private final Ops ops;
    private final Architecture architecture;
    private final VariableBuilder variables;
    private final PoolingOps pooling;
    private final Placeholder<TUint8> image;
    private final Operand<TFloat32> features;
    private final Operand<TFloat32> logits;
    private final Operand<TFloat32> probabilities;

    ResNetGraph(Ops ops, ModelCard card) {
        this.ops = ops;
        this.architecture = card.architecture();
        this.variables = new VariableBuilder(ops);
        this.pooling = new PoolingOps(ops, architecture.variantOrPlain().antiAliasing());
        Integer crop = card.preprocessing().crop();
        long edge = crop == null ? Shape.UNKNOWN_SIZE : crop;
        this.image = ops.withName("image")
                .placeholder(TUint8.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE, edge, edge, 3)));
        this.features = features(normalized(card.preprocessing()));
        this.logits = ops.withName("logits").identity(lastLayer());
        this.probabilities = ops.withName("probabilities").nn.softmax(logits);
    }

    /** Returns the input, uint8 [N, H, W, 3]. */
    Placeholder<TUint8> image() {
        return image;
    }

    /** Returns the average-pooled output of the last block, float32 [N, features]. */
    Operand<TFloat32> features() {
        return features;
    }

    /** Returns the logits, float32 [N, classes]. */
    Operand<TFloat32> logits() {
        return logits;
    }

    /** Returns the softmax of the logits, float32 [N, classes]. */
    Operand<TFloat32> probabilities() {
        return probabilities;
    }

    /** Returns the variables of all {@link Architecture#weightedLayers}, then those of the last layer. */
    VariableBuilder variables() {
        return variables;
    }

    /**
     * Computes (pixel / 255 - mean) / std as one multiplication and one addition. If the width is known, both operate
     * on whole rows: along the three channels alone, TensorFlow has a third of the speed.
     */
    private Operand<TFloat32> normalized(Preprocessing preprocessing) {
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
            return normalized(image, scale, shift);
        }
        Operand<TUint8> rows = ops.reshape(image, ops.constant(new int[] {-1, crop, 3 * crop}));
        return ops.reshape(normalized(rows, scale, shift), ops.constant(new int[] {-1, crop, crop, 3}));
    }

    private Operand<TFloat32> normalized(Operand<TUint8> pixels, float[] scale, float[] shift) {
        Operand<TFloat32> numbers = ops.dtypes.cast(pixels, TFloat32.class);
        return ops.math.add(ops.math.mul(numbers, ops.constant(scale)), ops.constant(shift));
    }

    private Operand<TFloat32> features(Operand<TFloat32> input) {
        Operand<TFloat32> x = input;
        for (Convolution c : architecture.stemConvolutions()) {
            Operand<TFloat32> y = convolve(x, c);
            x = c.batchNorm() == null ? y : ops.nn.relu(y);
        }
        if (architecture.stem().hasPooling()) {
            x = pooling.stem(x);
        }
        for (ResidualBlock block : architecture.blocks()) {
            x = residual(x, block);
        }
        BatchNorm last = architecture.lastNormalization();
        if (last != null) {
            x = ops.nn.relu(normalize(x, last));
        }
        Operand<TInt32> space = ops.constant(new int[] {1, 2});
        return ops.withName("features").math.mean(x, space);
    }

    private Operand<TFloat32> residual(Operand<TFloat32> input, ResidualBlock block) {
        Operand<TFloat32> x = input;
        Operand<TFloat32> start = input;
        Preactivation preactivation = block.preactivation();
        if (preactivation != null) {
            x = ops.nn.relu(normalize(input, preactivation.batchNorm()));
            start = preactivation.isShared() ? x : input;
        }
        List<Convolution> path = block.path();
        for (int i = 0; i < path.size(); i++) {
            Operand<TFloat32> y = convolve(x, path.get(i));
            x = i < path.size() - 1 ? ops.nn.relu(y) : y;
            if (i == block.filteredAfter()) {
                x = pooling.filtered(x, path.get(i).out());
            }
        }
        if (block.squeezeExcitation() != null) {
            x = scaled(x, block.squeezeExcitation());
        }
        Operand<TFloat32> sum = ops.math.addN(List.of(x, shortcut(start, block.shortcut())));
        if (block.afterAddition() != null) {
            sum = normalize(sum, block.afterAddition());
        }
        return architecture.isPreactivated() ? sum : ops.nn.relu(sum);
    }

    private Operand<TFloat32> shortcut(Operand<TFloat32> input, Shortcut shortcut) {
        if (shortcut.isIdentity()) {
            return input;
        }
        Convolution projection = shortcut.projection();
        if (projection == null) {
            return pooling.zeroPadded(input, shortcut.stride(), shortcut.out() - shortcut.in());
        }
        return convolve(shortcut.isPooled() && shortcut.stride() == 2 ? pooling.averaged(input) : input, projection);
    }

    /** Multiplies each channel by a weight between 0 and 1, which depends on the averages of all channels. */
    private Operand<TFloat32> scaled(Operand<TFloat32> input, SqueezeExcitation squeeze) {
        Operand<TFloat32> averages = ops.math.mean(input, ops.constant(new int[] {1, 2}), Mean.keepDims(true));
        Operand<TFloat32> reduced = ops.nn.relu(convolve(averages, squeeze.reduce()));
        return ops.math.mul(input, ops.math.sigmoid(convolve(reduced, squeeze.expand())));
    }

    /** Normalizes each channel: one multiplication and one addition, with the statistics folded in. */
    private Operand<TFloat32> normalize(Operand<TFloat32> input, BatchNorm norm) {
        Operand<TFloat32> scale = variables.variable(norm.name() + ".scale", norm.channels());
        Operand<TFloat32> shift = variables.variable(norm.name() + ".bias", norm.channels());
        return ops.nn.biasAdd(ops.math.mul(input, scale), shift);
    }

    private Operand<TFloat32> convolve(Operand<TFloat32> input, Convolution c) {
        Operand<TFloat32> filter =
                variables.variable(c.name() + ".filter", c.kernel(), c.kernel(), c.in() / c.groups(), c.out());
        Operand<TFloat32> bias = c.hasShift() ? variables.variable(c.name() + ".bias", c.out()) : null;
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
        return bias == null ? product : ops.nn.biasAdd(product, bias);
    }

    private Operand<TFloat32> lastLayer() {
        Operand<TFloat32> weight = variables.variable("fc.weight", architecture.classes(), architecture.features());
        Operand<TFloat32> bias = variables.variable("fc.bias", architecture.classes());
        return ops.nn.biasAdd(ops.linalg.matMul(features, weight, MatMul.transposeB(true)), bias);
    }
}
