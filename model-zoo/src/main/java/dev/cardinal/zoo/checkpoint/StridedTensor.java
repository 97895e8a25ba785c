package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that is a view of stored bytes: element (i, j, ...) is at
 * {@code start + i * strides[0] + j * strides[1] + ...}, counted in elements.
 *
 * @param info name, type and shape
 * @param bytes the stored bytes
 * @param start index of the first element
 * @param strides distance between consecutive indices of each dimension, in elements
 */
record StridedTensor(TensorInfo info, StoredBytes bytes, long start, List<Long> strides) implements TensorSource {
    private static final int BUFFER_BYTES = 1 << 16;

    StridedTensor {
        strides = List.copyOf(strides);
        if (strides.size() != info.shape().size()) {
            throw new IllegalArgumentException("strides " + strides + " for shape " + info.shape());
        }
    }

    /** Returns the strides of a shape in column-major order, the order of Fortran. */
    static List<Long> columnMajorStrides(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int d = 0; d < strides.length; d++) {
            strides[d] = stride;
            stride *= Math.max(1, shape.get(d));
        }
        return List.of(strides);
    }

    /** Returns the strides of a shape in row-major order. */
    static List<Long> rowMajorStrides(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int d = strides.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= Math.max(1, shape.get(d));
        }
        return List.of(strides);
    }

    /**
     * Checks that every element is inside the bytes, and that the shape has at most as many elements as the file has
     * bytes.
     *
     * @throws CardinalException if the check fails
     */
    StridedTensor checkedAgainst(MappedFile file) {
        String problem = problem(file.length());
        if (problem != null) {
            throw file.errors()
                    .corrupt(
                            bytes.offset(),
                            "tensor " + info.name() + " of shape " + info.shape() + ", strides " + strides + ", offset "
                                    + start + " " + problem);
        }
        return this;
    }

    private @Nullable String problem(long fileBytes) {
        try {
            long elements = 1;
            long last = start;
            boolean negative = start < 0;
            for (int d = 0; d < strides.size(); d++) {
                long size = info.shape().get(d);
                negative |= size < 0 || strides.get(d) < 0;
                elements = Math.multiplyExact(elements, size);
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, size - 1), strides.get(d)));
            }
            if (negative) {
                return "has a negative size, stride or offset";
            }
            long end = elements == 0 ? start : Math.addExact(last, 1);
            if (Math.multiplyExact(end, (long) info.type().bytes()) > bytes.length()) {
                return "is outside its storage of " + bytes.length() + " bytes";
            }
            return elements > fileBytes ? "has more elements than the file has bytes" : null;
        } catch (ArithmeticException e) {
            return "overflows 64 bits";
        }
    }

    @Override
    public float[] read(MappedFile file) {
        ElementType type = info.type();
        if (!type.isFloating()) {
            throw file.errors()
                    .refused(
                            "tensor " + info.name() + " has type " + type
                                    + ", but weights must be floating-point numbers",
                            "convert the tensor before saving it");
        }
        if (info.elements() > Integer.MAX_VALUE - 8) {
            throw file.errors()
                    .refused(
                            "tensor " + info.name() + " has " + info.elements() + " elements",
                            "at most 2^31 - 9 are supported");
        }
        bytes.verify(file);
        float[] out = new float[(int) info.elements()];
        if (strides.equals(rowMajorStrides(info.shape()))) {
            copyRun(file, out, 0, start, out.length);
        } else if (out.length > 0) {
            copyStrided(file, out);
        }
        return out;
    }

    private void copyRun(MappedFile file, float[] out, int at, long index, int count) {
        int size = info.type().bytes();
        int step = Math.min(count, BUFFER_BYTES / size);
        byte[] raw = new byte[step * size];
        for (int done = 0; done < count; done += step) {
            int now = Math.min(step, count - done);
            bytes.read(file, (index + done) * size, raw, 0, now * size);
            info.type().decode(ByteBuffer.wrap(raw).order(bytes.order()), out, at + done, now);
        }
    }

    private void copyStrided(MappedFile file, float[] out) {
        int rank = strides.size();
        long[] index = new long[rank];
        byte[] raw = new byte[info.type().bytes()];
        ByteBuffer element = ByteBuffer.wrap(raw).order(bytes.order());
        long position = start;
        for (int at = 0; at < out.length; at++) {
            bytes.read(file, position * raw.length, raw, 0, raw.length);
            info.type().decode(element.rewind(), out, at, 1);
            for (int d = rank - 1; d >= 0; d--) {
                position += strides.get(d);
                if (++index[d] < info.shape().get(d)) {
                    break;
                }
                position -= strides.get(d) * index[d];
                index[d] = 0;
            }
        }
    }
}
