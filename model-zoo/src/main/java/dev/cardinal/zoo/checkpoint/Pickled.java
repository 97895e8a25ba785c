package dev.cardinal.zoo.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Unpickler} builds: inert data, and never an object of the pickle's choosing.
 *
 * <p>Containers compare by identity, so that a value that contains itself or a thousand levels of others costs nothing.
 */
sealed interface Pickled {

    /** {@code None}. */
    enum None implements Pickled {
        NONE
    }

    /** {@code True} or {@code False}. */
    record Bool(boolean value) implements Pickled {}

    /**
     * An integer. Comparable, so that a dict of a million keys with the same hash stays fast.
     *
     * @param value its value, or 0 where that does not fit
     * @param fits whether 64 bits hold it
     */
    record Int(long value, boolean fits) implements Pickled, Comparable<Int> {
        Int(long value) {
            this(value, true);
        }

        @Override
        public int compareTo(Int other) {
            return Long.compare(value, other.value);
        }
    }

    /** A floating-point number. */
    record Real(double value) implements Pickled {}

    /** A string. Comparable, so that a dict of a million keys with the same hash stays fast. */
    record Text(String value) implements Pickled, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return value.compareTo(other.value);
        }
    }

    /** A tuple; what it holds is fixed. */
    final class Tuple implements Pickled {
        final List<Pickled> items;

        Tuple(List<Pickled> items) {
            this.items = List.copyOf(items);
        }
    }

    /** A list. */
    final class Sequence implements Pickled {
        final List<Pickled> items = new ArrayList<>(0);
    }

    /** A set, whose members nobody needs. */
    final class Members implements Pickled {}

    /** A dict, ordered by first insertion. Its keys are strings, integers or booleans. */
    final class Dict implements Pickled {
        /** Whether it is a {@code collections.OrderedDict}. */
        final boolean ordered;

        final Map<Pickled, Pickled> entries = new LinkedHashMap<>();

        Dict(boolean ordered) {
            this.ordered = ordered;
        }

        @Nullable
        Pickled get(String key) {
            return entries.get(new Text(key));
        }
    }

    /**
     * A run of raw elements that lies elsewhere in the file.
     *
     * @param key name of its bytes
     * @param type element type; null where it is untyped, counted in bytes
     * @param bytes size of everything stored under the key
     * @param viewStart where this storage begins in those bytes
     * @param viewBytes how many of them it covers
     */
    record Storage(String key, @Nullable ElementType type, long bytes, long viewStart, long viewBytes)
            implements Pickled {

        /** Number of elements of everything stored under the key. */
        long elements() {
            return type == null ? bytes : bytes / type.bytes();
        }
    }

    /**
     * A strided view of a storage, checked to lie inside it.
     *
     * @param storage what it is a view of
     * @param type element type
     * @param start index of the first element in the storage
     * @param shape its dimensions
     * @param strides elements from one index to the next, for each dimension
     */
    record Tensor(Storage storage, ElementType type, long start, List<Long> shape, List<Long> strides)
            implements Pickled {}

    /** An allow-listed name; see {@link PickleGlobals}. */
    record Global(Role role, String name, @Nullable ElementType type) implements Pickled {}

    /** What an allow-listed name stands for. */
    enum Role {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_TENSOR_V2,
        REBUILD_TENSOR_V3,
        REBUILD_PARAMETER,
        STORAGE_TYPE,
        DTYPE
    }
}
