package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * An open weight file: a set of named tensors, whatever container they lie in.
 *
 * <p>Whoever opens it closes it; closing releases its file handles. Instances are not thread-safe. Opening checks
 * the container's structure completely: afterwards {@link #read} cannot find a tensor outside the file.
 */
public interface Checkpoint extends AutoCloseable {

    /** The container the tensors lie in. */
    Container container();

    /** Every tensor by name, in file order; unmodifiable. */
    Map<String, TensorInfo> tensors();

    /**
     * The elements of a tensor as 32-bit floats, in row-major order of its shape whatever its stored strides.
     *
     * <p>float16 and bfloat16 widen exactly, float64 rounds to nearest.
     *
     * @throws CardinalException if the tensor does not hold floating-point numbers or the file cannot be read
     * @throws IllegalArgumentException if there is no tensor of this name
     */
    float[] read(String name);

    /**
     * What batch normalisation adds to the variance, where the container records it: Torch7 does, the others leave it to the
     * architecture. It is the same in every layer.
     */
    default OptionalDouble batchNormEps() {
        return OptionalDouble.empty();
    }

    @Override
    void close();

    /**
     * Opens a weight file, telling its container by its content.
     *
     * @throws CardinalException if it is missing, of no known container, refused as unsafe, or damaged; the message names
     *     the file, the container, the offset where there is one, and the reason
     */
    static Checkpoint open(Path file) {
        return Container.of(file).open(file);
    }
}
