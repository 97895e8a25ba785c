package dev.cardinal.zoo.card;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One residual block: the sum of a path of convolutions and a shortcut.
 *
 * @param path convolutions in order, with ReLU between them but not after the last one
 * @param shortcut what is added to the path
 * @param preactivation batch normalization and ReLU in front of the path, or null; ReLU follows the addition only if the
 *     network is not pre-activated
 * @param squeezeExcitation weights of the channels at the end of the path, or null
 * @param afterAddition batch normalization of the sum, or null
 * @param filteredAfter index of the convolution in the path after whose ReLU the size is halved with a low-pass filter;
 *     -1 if no such filter exists
 */
public record ResidualBlock(
        List<Convolution> path,
        Shortcut shortcut,
        @Nullable Preactivation preactivation,
        @Nullable SqueezeExcitation squeezeExcitation,
        @Nullable BatchNorm afterAddition,
        int filteredAfter) {

    /**
     * What is added to a path.
     *
     * @param projection 1x1 convolution of the input, or null
     * @param isPooled whether 2x2 pixels are averaged before the projection, if the block has stride 2
     * @param stride stride of the block
     * @param in input channels
     * @param out output channels; without a projection, additional ones are zeros
     */
    public record Shortcut(@Nullable Convolution projection, boolean isPooled, int stride, int in, int out) {

        /** Returns whether the input is added unchanged. */
        public boolean isIdentity() {
            return projection == null && stride == 1 && in == out;
        }
    }

    /**
     * Batch normalization and ReLU in front of a path.
     *
     * @param batchNorm the normalization
     * @param isShared whether the shortcut takes their output too, instead of the block's input
     */
    public record Preactivation(BatchNorm batchNorm, boolean isShared) {}

    /**
     * Weights between 0 and 1 for each channel: average over the image, two 1x1 convolutions with ReLU between them,
     * sigmoid.
     *
     * @param reduce the convolution to fewer channels
     * @param expand the convolution back to all channels
     */
    public record SqueezeExcitation(Convolution reduce, Convolution expand) {}

    public ResidualBlock {
        path = List.copyOf(path);
    }

    /** Returns the layers with weights, in the order of their tensors. */
    List<WeightedLayer> layers() {
        List<WeightedLayer> layers = new ArrayList<>();
        if (preactivation != null) {
            layers.add(preactivation.batchNorm());
        }
        layers.addAll(path);
        if (squeezeExcitation != null) {
            layers.add(squeezeExcitation.reduce());
            layers.add(squeezeExcitation.expand());
        }
        if (shortcut.projection() != null) {
            layers.add(shortcut.projection());
        }
        if (afterAddition != null) {
            layers.add(afterAddition);
        }
        return layers;
    }
}
