package dev.cardinal.zoo.naming;

import org.jspecify.annotations.Nullable;

/**
 * The last layer in a state dict: one linear layer, or a 1x1 convolution that computes the same.
 *
 * @param weight plain name of its weight
 * @param bias plain name of its bias, or null if it has none
 * @param classes number of its outputs
 */
record Head(String weight, @Nullable String bias, int classes) {
    static final String WEIGHT = "fc.weight";
    static final String BIAS = "fc.bias";

    /** Stands for a last layer that the state dict does not have. */
    static final Head NONE = new Head("", null, 0);

    /** Returns whether a tensor of an architecture belongs to the last layer. */
    static boolean isPart(String tensor) {
        return tensor.equals(WEIGHT) || tensor.equals(BIAS);
    }
}
