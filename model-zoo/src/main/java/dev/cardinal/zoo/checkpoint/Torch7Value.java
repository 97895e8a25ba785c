package dev.cardinal.zoo.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Torch7Reader} builds: inert data.
 *
 * <p>Tables and objects compare by identity, because a file may make them contain themselves.
 */
sealed interface Torch7Value {

    /** {@code nil}. */
    enum Nil implements Torch7Value {
        NIL
    }

    /** A number; Lua has one kind. Comparable, so that a table of a million keys with the same hash stays fast. */
    record Num(double value) implements Torch7Value, Comparable<Num> {
        @Override
        public int compareTo(Num other) {
            return Double.compare(value, other.value);
        }
    }

    /** A string of bytes, as Latin-1. Comparable for the same reason. */
    record Text(String value) implements Torch7Value, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return value.compareTo(other.value);
        }
    }

    /** A boolean. */
    record Bool(boolean value) implements Torch7Value {}

    /** A table. */
    final class Table implements Torch7Value {
        final Map<Torch7Value, Torch7Value> entries = new LinkedHashMap<>();

        @Nullable
        Torch7Value get(String key) {
            return entries.get(new Text(key));
        }

        @Nullable
        Torch7Value get(int index) {
            return entries.get(new Num(index));
        }
    }

    /** A Torch object: its class, and its body once that has been read. */
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

        /** Null while the body is being read, as a body that refers to its own object finds it. */
        @Nullable
        Body body() {
            return body;
        }
    }

    /** What a Torch object holds. */
    sealed interface Body {}

    /** The fields of an object that is written as one table. */
    record Fields(Table table) implements Body {}

    /**
     * A run of raw elements in the file.
     *
     * @param type element type
     * @param offset where it begins in the file
     * @param elements how many
     */
    record Storage(ElementType type, long offset, long elements) implements Body {}

    /**
     * A strided view of a storage.
     *
     * @param type element type
     * @param shape its dimensions; [0] for an empty tensor
     * @param strides elements from one index to the next
     * @param start index of the first element, from 0
     * @param storage null for an empty tensor
     */
    record Tensor(
            ElementType type,
            List<Long> shape,
            List<Long> strides,
            long start,
            @Nullable Storage storage) implements Body {}
}
