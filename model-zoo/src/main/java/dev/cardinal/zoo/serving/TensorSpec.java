package dev.cardinal.zoo.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Type and shape of an input or output of a signature.
 *
 * @param type element type as TensorFlow names it, in lower case, such as {@code float} or {@code uint8}
 * @param shape dimensions, -1 for an unknown one; null if the number of dimensions is unknown
 */
public record TensorSpec(String type, @Nullable List<Long> shape) {
    /** The size of an unknown dimension. */
    public static final long ANY = -1;

    public TensorSpec {
        shape = shape == null ? null : List.copyOf(shape);
    }

    /** Returns whether the tensor can have this number of dimensions. */
    boolean mayHaveRank(int rank) {
        return shape == null || shape.size() == rank;
    }

    /** Returns the size of a dimension, or {@link #ANY} if it is unknown. */
    long size(int dimension) {
        return shape == null ? ANY : shape.get(dimension);
    }

    /** Returns text such as {@code float [?, 224, 224, 3]}. */
    @Override
    public String toString() {
        return type + " "
                + (shape == null
                        ? "of any shape"
                        : shape.stream()
                                .map(size -> size == ANY ? "?" : String.valueOf(size))
                                .toList());
    }
}
