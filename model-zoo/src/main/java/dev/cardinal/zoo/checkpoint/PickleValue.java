package dev.cardinal.zoo.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value that an {@link Unpickler} builds: plain data, never an instance of a class that the pickle names.
 *
 * <p>Lists, tuples, dicts and objects compare by identity, so that values that contain themselves or are nested deeply
 * are cheap to compare.
 */
sealed interface PickleValue {

    /** {@code None}. */
    enum None implements PickleValue {
        NONE
    }

    /** {@code True} or {@code False}. */
    record Bool(boolean value) implements PickleValue {}

    /**
     * An integer. Comparable, so that a dict of a million keys with the same hash remains fast.
     *
     * @param value its value, or 0 if it does not fit into 64 bits
     * @param fits whether it fits into 64 bits
     */
    record Int(long value, boolean fits) implements PickleValue, Comparable<Int> {
        Int(long value) {
            this(value, true);
        }

        @Override
        public int compareTo(Int other) {
            return Long.compare(value, other.value);
        }
    }

    /** A floating-point number. */
    record Real(double value) implements PickleValue {}

    /** A string of moderate length. Comparable, so that a dict of a million keys with the same hash remains fast. */
    record Text(String value) implements PickleValue, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return value.compareTo(other.value);
        }
    }

    /** Bytes or a long string, which stay in the file. */
    record Bytes(PickledBytes bytes) implements PickleValue {}

    /** A tuple; immutable. */
    final class Tuple implements PickleValue {
        final List<PickleValue> items;

        Tuple(List<PickleValue> items) {
            this.items = List.copyOf(items);
        }
    }

    /** A list. */
    final class Sequence implements PickleValue {
        final List<PickleValue> items = new ArrayList<>(0);
    }

    /** A set, without its members because no state dict needs them. */
    final class OpaqueSet implements PickleValue {}

    /** A dict, ordered by first insertion, without the entries whose keys are not strings, integers or booleans. */
    final class Dict implements PickleValue {
        private @Nullable Map<PickleValue, PickleValue> entries;

        /** Returns the entries; read-only. */
        Map<PickleValue, PickleValue> entries() {
            return entries == null ? Map.of() : entries;
        }

        @Nullable
        PickleValue get(String key) {
            return entries().get(new Text(key));
        }

        /** Skips keys of other types: their hash need not take constant time, and no state dict has them. */
        void put(PickleValue key, PickleValue value) {
            boolean simple = key instanceof Text || key instanceof Bool || (key instanceof Int number && number.fits());
            if (simple) {
                if (entries == null) {
                    entries = new LinkedHashMap<>();
                }
                entries.put(key, value);
            }
        }
    }

    /**
     * An object of a class, or the result of a function, that Cardinal does not know. It is inert: nothing is
     * loaded or called.
     */
    final class Opaque implements PickleValue {
        /** The class or function. */
        final Global type;

        final List<PickleValue> arguments;

        /** The last state that the pickle set. */
        @Nullable
        PickleValue state;

        /** The items of a subclass of dict. */
        @Nullable
        Dict items;

        Opaque(Global type, List<PickleValue> arguments) {
            this.type = type;
            this.arguments = arguments;
        }

        /** Returns what this is, as the end of a sentence. */
        String description() {
            boolean module = state instanceof Dict attributes && attributes.get("_parameters") != null;
            return (module ? "a pickled module of class " : "an object of class ") + type.qualifiedName();
        }
    }

    /**
     * A sequence of raw elements elsewhere in the file.
     *
     * @param key name of its bytes
     * @param type element type; null if untyped, that is counted in bytes
     * @param bytes number of all bytes under the key
     * @param viewStart offset of this storage in those bytes
     * @param viewBytes size of this storage in bytes
     */
    record Storage(String key, @Nullable StoredType type, long bytes, long viewStart, long viewBytes)
            implements PickleValue {

        /** Returns the number of all elements under the key. */
        long elements() {
            return type == null ? bytes : bytes / type.bytes();
        }
    }

    /**
     * A strided view of a storage, not yet checked against its size.
     *
     * @param storage the storage
     * @param type element type
     * @param start index of the first element in the storage
     * @param shape its dimensions
     * @param strides distance between consecutive indices of each dimension, in elements
     */
    record Tensor(Storage storage, ElementType type, long start, List<Long> shape, List<Long> strides)
            implements PickleValue {}

    /**
     * A tensor that cannot be read as numbers.
     *
     * @param reason what it is, as the end of the sentence "tensor fc.weight is ..."
     */
    record UnreadableTensor(String reason) implements PickleValue {}

    /**
     * The name of a class or function; see {@link PickleGlobals}.
     *
     * @param role its meaning
     * @param module its module
     * @param name its name in the module
     * @param type the element type that it stands for, if any
     */
    record Global(
            GlobalRole role,
            String module,
            String name,
            @Nullable StoredType type) implements PickleValue {
        String qualifiedName() {
            return module + "." + name;
        }
    }

    /**
     * An element type of a storage.
     *
     * @param name its name in PyTorch
     * @param bytes size of one element
     * @param element the type that Cardinal reads; null if it does not
     */
    record StoredType(String name, int bytes, @Nullable ElementType element) {}

    /** The meaning of a name. */
    enum GlobalRole {
        /** Any other class or function. */
        OPAQUE,
        ORDERED_DICT,
        /** {@code _codecs.encode}: protocol 2 stores bytes as a call of this function. */
        ENCODE,
        REBUILD_TENSOR,
        REBUILD_TENSOR_V2,
        REBUILD_TENSOR_V3,
        /** A function that returns its first argument, a tensor or array, with other attributes. */
        REBUILD_SAME,
        /** A function that calls another rebuilder and changes the class of its result. */
        REBUILD_FROM_TYPE,
        REBUILD_QUANTIZED,
        REBUILD_SPARSE,
        REBUILD_META,
        REBUILD_SUBCLASS,
        REBUILD_UNKNOWN,
        STORAGE_TYPE,
        DTYPE
    }
}
