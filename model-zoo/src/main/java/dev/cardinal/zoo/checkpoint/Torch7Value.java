package dev.cardinal.zoo.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value that a {@link Torch7Reader} builds: plain data.
 *
 * <p>Tables and objects compare by identity, because they can contain themselves.
 */
sealed interface Torch7Value {

    /** {@code nil}. */
    enum Nil implements Torch7Value {
        NIL
    }

    /** A number, the only numeric type of Lua. Comparable, so that tables with a million colliding keys remain fast. */
    record Num(double value) implements Torch7Value, Comparable<Num> {
        @Override
        public int compareTo(Num other) {
            return Double.compare(value, other.value);
        }
    }

    /** A string of bytes, decoded as Latin-1. Comparable for the same reason. */
    record LuaText(String value) implements Torch7Value, Comparable<LuaText> {
        @Override
        public int compareTo(LuaText other) {
            return value.compareTo(other.value);
        }
    }

    /** A boolean. */
    record LuaBool(boolean value) implements Torch7Value {}

    /** A table. */
    final class LuaTable implements Torch7Value {
        final Map<Torch7Value, Torch7Value> entries = new LinkedHashMap<>();

        @Nullable
        Torch7Value get(String key) {
            return entries.get(new LuaText(key));
        }

        @Nullable
        Torch7Value get(int index) {
            return entries.get(new Num(index));
        }
    }

    /** A Torch object: its class, and its body after it has been read. */
    final class Instance implements Torch7Value {
        final String className;
        final int version;
        final long offset;
        private @Nullable Body body;

        Instance(String className, int version, long offset) {
            this.className = className;
            this.version = version;
            this.offset = offset;
        }

        void complete(Body read) {
            this.body = read;
        }

        /** Returns the body, or null while it is being read: a body can refer to its own object. */
        @Nullable
        Body body() {
            return body;
        }
    }

    /** The body of a Torch object. */
    sealed interface Body {}

    /** The fields of an object that is stored as one table. */
    record Fields(LuaTable table) implements Body {}

    /**
     * A sequence of raw elements in the file.
     *
     * @param type element type
     * @param offset offset of the first element in the file
     * @param elements number of elements
     */
    record TorchStorage(ElementType type, long offset, long elements) implements Body {}

    /**
     * A strided view of a storage.
     *
     * @param type element type
     * @param shape dimensions; [0] for an empty tensor
     * @param strides distance between consecutive indices of each dimension, in elements
     * @param start index of the first element, from 0
     * @param storage null for an empty tensor
     */
    record TorchTensor(
            ElementType type,
            List<Long> shape,
            List<Long> strides,
            long start,
            @Nullable TorchStorage storage) implements Body {}
}
