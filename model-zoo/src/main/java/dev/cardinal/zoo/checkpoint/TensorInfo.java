package dev.cardinal.zoo.checkpoint;

import java.util.List;

/**
 * Name, element type and shape of one tensor in a checkpoint.
 *
 * @param name key in the state dict
 * @param type element type in the file
 * @param shape dimensions, outermost first; empty for a scalar
 */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
    static final int MAX_DIMENSIONS = 8;

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Returns the number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
