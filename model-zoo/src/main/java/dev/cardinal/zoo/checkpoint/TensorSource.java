package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;

/** Reads one tensor from an open checkpoint file. Does not close the file. Not thread-safe. */
interface TensorSource {
    TensorInfo info();

    /**
     * Reads the elements in row-major order.
     *
     * @throws CardinalException if they are not floating-point numbers, or the file is unreadable or corrupt
     */
    float[] read(MappedFile file);
}
