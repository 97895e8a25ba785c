package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.PickleValue.Bool;
import dev.cardinal.zoo.checkpoint.PickleValue.Bytes;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.Opaque;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import dev.cardinal.zoo.checkpoint.PickleValue.Tuple;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pickled {@code numpy.ndarray}: the call {@code numpy.core.multiarray._reconstruct} with the state
 * {@code (version, shape, dtype, is_fortran, bytes)} or, in protocol 5, the call
 * {@code numpy.core.numeric._frombuffer(bytes, dtype, shape, order)}.
 *
 * <p>Layout: {@code array_reduce} and {@code array_setstate} in {@code numpy/_core/src/multiarray/methods.c}.
 *
 * @param dtype code of its element type, such as f4
 * @param order byte order
 * @param shape its dimensions
 * @param columnMajor whether its elements are stored in column-major (Fortran) order
 * @param bytes its elements
 */
record NumpyArray(String dtype, ByteOrder order, List<Long> shape, boolean columnMajor, PickledBytes bytes) {
    private static final Map<String, ElementType> TYPES = Map.of(
            "f8", ElementType.FLOAT64,
            "f4", ElementType.FLOAT32,
            "f2", ElementType.FLOAT16,
            "i8", ElementType.INT64,
            "i4", ElementType.INT32,
            "i2", ElementType.INT16,
            "i1", ElementType.INT8,
            "u1", ElementType.UINT8,
            "b1", ElementType.BOOL);

    /** Returns the array that an object stands for, or null if it is another object. */
    static @Nullable NumpyArray of(Opaque object) {
        String name = object.type.name();
        if (!object.type.module().startsWith("numpy.")) {
            return null;
        }
        if (name.equals("_reconstruct") && object.state instanceof Tuple state && state.items.size() == 5) {
            boolean columnMajor = state.items.get(3) instanceof Bool fortran && fortran.value();
            return of(state.items.get(4), state.items.get(2), state.items.get(1), columnMajor);
        }
        if (name.equals("_frombuffer") && object.arguments.size() >= 4) {
            boolean columnMajor =
                    object.arguments.get(3) instanceof Text text && text.value().equals("F");
            return of(object.arguments.get(0), object.arguments.get(1), object.arguments.get(2), columnMajor);
        }
        return null;
    }

    private static @Nullable NumpyArray of(PickleValue data, PickleValue type, PickleValue sizes, boolean columnMajor) {
        PickledBytes bytes = bytes(data);
        List<Long> shape = shape(sizes);
        boolean known = type instanceof Opaque dtype && dtype.type.module().equals("numpy");
        if (bytes == null
                || shape == null
                || !known
                || !(type instanceof Opaque dtype)
                || dtype.arguments.isEmpty()
                || !(dtype.arguments.get(0) instanceof Text code)) {
            return null;
        }
        boolean big = dtype.state instanceof Tuple state
                && state.items.size() > 1
                && state.items.get(1) instanceof Text order
                && order.value().equals(">");
        ByteOrder order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new NumpyArray(code.value(), order, shape, columnMajor, bytes);
    }

    private static @Nullable PickledBytes bytes(PickleValue data) {
        if (data instanceof Bytes stored) {
            return stored.bytes();
        }
        if (data instanceof Text text) {
            return PickledBytes.of(text.value());
        }
        // Protocol 2 stores empty bytes as the call bytes().
        boolean empty = data instanceof Opaque call && call.type.name().equals("bytes") && call.arguments.isEmpty();
        return empty ? PickledBytes.of("") : null;
    }

    private static @Nullable List<Long> shape(PickleValue value) {
        if (!(value instanceof Tuple tuple) || tuple.items.size() > TensorInfo.MAX_DIMENSIONS) {
            return null;
        }
        List<Long> shape = new ArrayList<>(tuple.items.size());
        for (PickleValue item : tuple.items) {
            if (!(item instanceof Int size) || !size.fits() || size.value() < 0) {
                return null;
            }
            shape.add(size.value());
        }
        return List.copyOf(shape);
    }

    /** Returns the reader of the array, or null if its elements are not numbers that Cardinal reads. */
    @Nullable
    TensorSource source(String name, MappedFile file) {
        ElementType type = TYPES.get(dtype);
        if (type == null) {
            return null;
        }
        TensorInfo info = new TensorInfo(name, type, shape);
        if (bytes.isRange()) {
            return view(info, new StoredBytes(bytes.offset(), bytes.length(), order, null), file);
        }
        return new NumpyTensor(info, this).checkedAgainst(file);
    }

    private StridedTensor view(TensorInfo info, StoredBytes stored, MappedFile file) {
        List<Long> strides =
                columnMajor ? StridedTensor.columnMajorStrides(shape) : StridedTensor.rowMajorStrides(shape);
        return new StridedTensor(info, stored, 0, strides).checkedAgainst(file);
    }

    /** An array whose bytes are stored as text, which is decoded at each read. */
    private record NumpyTensor(TensorInfo info, NumpyArray array) implements TensorSource {

        /** Compares the size of the shape with the length of the text, without decoding it. */
        NumpyTensor checkedAgainst(MappedFile file) {
            long size = -1;
            try {
                size = Math.multiplyExact(info.elements(), (long) info.type().bytes());
            } catch (ArithmeticException e) {
                // A product beyond 64 bits is also beyond the file.
            }
            if (size < 0 || size > Integer.MAX_VALUE - 8 || !array.bytes.canHold(size)) {
                throw corrupt(file);
            }
            return this;
        }

        @Override
        public float[] read(MappedFile file) {
            StoredBytes decoded = new StoredBytes(array.bytes.load(file), array.order);
            if (decoded.length() != info.elements() * info.type().bytes()) {
                throw corrupt(file);
            }
            return array.view(info, decoded, file).read(file);
        }

        private CardinalException corrupt(MappedFile file) {
            return file.errors()
                    .corrupt(
                            array.bytes.offset(),
                            "numpy array " + info.name() + " of " + array.dtype + " " + info.shape()
                                    + " does not fill its " + array.bytes.length() + " bytes");
        }
    }
}
