package dev.cardinal.zoo;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One residual block: the sum of a path of convolutions and a shortcut, then ReLU.
 *
 * @param path convolutions in order, with ReLU between them and none after the last
 * @param shortcut projection of the input, or null where the input is added as it is
 */
public record ResidualBlock(
        List<Convolution> path, @Nullable Convolution shortcut) {
    public ResidualBlock {
        path = List.copyOf(path);
    }
}
