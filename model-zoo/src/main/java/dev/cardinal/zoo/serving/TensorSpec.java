package dev.cardinal.zoo.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Type and shape of an input or output in a signature.
 *
 * @param type TensorFlow's name of the element type in lower case, such as {@code float} or {@code uint8}
 * @param shape dimensions, -1 where one is not fixed; null where not even their number is
 */
public record TensorSpec(String type, @Nullable List<Long> shape) {
    /** The size of a dimension that is not fixed. */
    public static final long ANY = -1;

    public TensorSpec {
        shape = shape == null ? null : List.copyOf(shape);
    }

    /** Whether it may have so many dimensions. */
    boolean mayHaveRank(int rank) {
        return shape == null || shape.size() == rank;
    }

    /** The size of a dimension, {@link #ANY} where it is not fixed. */
    long size(int dimension) {
        return shape == null ? ANY : shape.get(dimension);
    }

    /** Such as {@code float [?, 224, 224, 3]}. */
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
