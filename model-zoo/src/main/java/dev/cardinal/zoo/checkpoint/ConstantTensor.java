package dev.cardinal.zoo.checkpoint;

import java.util.Arrays;

/**
 * A tensor that is not in the file, because all of its elements are known.
 *
 * @param info name, type and shape
 * @param value value of every element
 */
record ConstantTensor(TensorInfo info, float value) implements TensorSource {

    @Override
    public float[] read(MappedFile file) {
        float[] values = new float[Math.toIntExact(info.elements())];
        Arrays.fill(values, value);
        return values;
    }
}
