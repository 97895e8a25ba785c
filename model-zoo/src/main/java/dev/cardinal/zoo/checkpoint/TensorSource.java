package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;

/** A tensor of an open file, and how its elements are had. Borrows the file; not thread-safe. */
interface TensorSource {
    TensorInfo info();

    /**
     * The elements in row-major order.
     *
     * @throws CardinalException if they are not floating-point numbers or cannot be read
     */
    float[] read(MappedFile file);
}
