package dev.cardinal.zoo.checkpoint;

import java.util.List;

/**
 * What a checkpoint says of one tensor.
 *
 * @param name its key in the state dict
 * @param type its stored element type
 * @param shape its dimensions, outermost first; empty for a scalar
 */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
    static final int MAX_DIMENSIONS = 8;

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
