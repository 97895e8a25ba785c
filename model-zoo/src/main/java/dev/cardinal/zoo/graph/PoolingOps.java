package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.card.Variant.AntiAliasing;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Adds the operations without weights that halve the size of an image to a graph. Layout NHWC. Not thread-safe. */
final class PoolingOps {
    private static final List<Long> TWO = List.of(1L, 2L, 2L, 1L);
    private static final float[] BINOMIAL = {0.25f, 0.5f, 0.25f};

    private final Ops ops;
    private final AntiAliasing antiAliasing;

    PoolingOps(Ops ops, AntiAliasing antiAliasing) {
        this.ops = ops;
        this.antiAliasing = antiAliasing;
    }

    /** Halves the size between the stem and the first stage. */
    Operand<TFloat32> stem(Operand<TFloat32> input) {
        return switch (antiAliasing) {
            case NONE -> maxPool(input, 2);
            case AVERAGE -> filtered(input, 0);
            case BLUR ->
                filtered(maxPool(input, 1), Math.toIntExact(input.shape().get(3)));
        };
    }

    /** Halves the size with the network's low-pass filter. */
    Operand<TFloat32> filtered(Operand<TFloat32> input, int channels) {
        return antiAliasing == AntiAliasing.BLUR ? blurred(input, channels) : ops.nn.avgPool(input, TWO, TWO, "VALID");
    }

    /** Averages 2x2 pixels; at an odd edge, those that exist: PyTorch's {@code ceil_mode} without padding. */
    Operand<TFloat32> averaged(Operand<TFloat32> input) {
        return ops.nn.avgPool(input, TWO, TWO, "SAME"); // SAME pads at the end only, and does not count its zeros
    }

    /** Takes every pixel at a multiple of the stride, and appends channels of zeros. */
    Operand<TFloat32> zeroPadded(Operand<TFloat32> input, int stride, int zeros) {
        List<Long> one = List.of(1L, 1L, 1L, 1L);
        List<Long> strides = List.of(1L, (long) stride, (long) stride, 1L);
        Operand<TFloat32> thinned = stride == 1 ? input : ops.nn.avgPool(input, one, strides, "VALID");
        Operand<TInt32> widths = ops.constant(new int[][] {{0, 0}, {0, 0}, {0, 0}, {0, zeros}});
        return ops.pad(thinned, widths, ops.constant(0f));
    }

    /** Convolves each channel with the binomial filter of 3x3 pixels and stride 2; edges are reflected. */
    private Operand<TFloat32> blurred(Operand<TFloat32> input, int channels) {
        FloatNdArray filter = NdArrays.ofFloats(Shape.of(3, 3, channels, 1));
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 3; x++) {
                for (int c = 0; c < channels; c++) {
                    filter.setFloat(BINOMIAL[y] * BINOMIAL[x], y, x, c, 0);
                }
            }
        }
        Operand<TInt32> widths = ops.constant(new int[][] {{0, 0}, {1, 1}, {1, 1}, {0, 0}});
        return ops.nn.depthwiseConv2dNative(
                ops.mirrorPad(input, widths, "REFLECT"), ops.constant(filter), TWO, "VALID");
    }

    /** Adds a 3x3 {@code MaxPool} with padding 1. TensorFlow Java's wrapper has no explicit padding. */
    private Operand<TFloat32> maxPool(Operand<TFloat32> input, int stride) {
        return ops.scope()
                .opBuilder("MaxPool", "MaxPool")
                .addInput(input.asOutput())
                .setAttr("ksize", new long[] {1, 3, 3, 1})
                .setAttr("strides", new long[] {1, stride, stride, 1})
                .setAttr("padding", "EXPLICIT")
                .setAttr("explicit_paddings", new long[] {0, 0, 1, 1, 1, 1, 0, 0})
                .setAttr("data_format", "NHWC")
                .build()
                .output(0);
    }
}
