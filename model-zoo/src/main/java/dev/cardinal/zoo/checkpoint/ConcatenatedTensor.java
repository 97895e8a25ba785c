package dev.cardinal.zoo.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Several tensors, one after another along their first dimension.
 *
 * @param info name, type and shape of the result
 * @param parts tensors that differ at most in their first dimension
 */
record ConcatenatedTensor(TensorInfo info, List<TensorSource> parts) implements TensorSource {

    /** @throws IllegalArgumentException if the other dimensions or the types differ */
    static TensorSource of(String name, List<TensorSource> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        TensorInfo first = parts.get(0).info();
        long rows = 0;
        for (TensorSource part : parts) {
            List<Long> shape = part.info().shape();
            if (part.info().type() != first.type()
                    || shape.isEmpty()
                    || !shape.subList(1, shape.size())
                            .equals(first.shape().subList(1, first.shape().size()))) {
                throw new IllegalArgumentException(
                        "shapes " + first.shape() + " and " + shape + " cannot be concatenated");
            }
            rows = Math.addExact(rows, shape.get(0));
        }
        List<Long> shape = new ArrayList<>(first.shape());
        shape.set(0, rows);
        return new ConcatenatedTensor(new TensorInfo(name, first.type(), shape), List.copyOf(parts));
    }

    @Override
    public float[] read(MappedFile file) {
        float[] all = new float[Math.toIntExact(info.elements())];
        int at = 0;
        for (TensorSource part : parts) {
            float[] values = part.read(file);
            System.arraycopy(values, 0, all, at, values.length);
            at += values.length;
        }
        return all;
    }
}
