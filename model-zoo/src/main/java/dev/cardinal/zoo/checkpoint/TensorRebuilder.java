package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.PickleValue.Bytes;
import dev.cardinal.zoo.checkpoint.PickleValue.Dict;
import dev.cardinal.zoo.checkpoint.PickleValue.Global;
import dev.cardinal.zoo.checkpoint.PickleValue.GlobalRole;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.Opaque;
import dev.cardinal.zoo.checkpoint.PickleValue.Sequence;
import dev.cardinal.zoo.checkpoint.PickleValue.Storage;
import dev.cardinal.zoo.checkpoint.PickleValue.StoredType;
import dev.cardinal.zoo.checkpoint.PickleValue.Tensor;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import dev.cardinal.zoo.checkpoint.PickleValue.Tuple;
import dev.cardinal.zoo.checkpoint.PickleValue.UnreadableTensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Executes the calls of known names in a pickle, on plain data only. All other calls become inert objects.
 *
 * <p>Signatures: {@code torch/_utils.py} and {@code torch/_tensor.py}. Offsets and strides count elements. Not
 * thread-safe.
 */
final class TensorRebuilder {
    private static final int MAX_PAIRS = 100_000;

    private final PickleReader in;
    private int pairsTaken;

    TensorRebuilder(PickleReader in) {
        this.in = in;
    }

    PickleValue call(Global callee, List<PickleValue> arguments) {
        return switch (callee.role()) {
            case ORDERED_DICT -> orderedDict(arguments);
            case ENCODE -> encode(callee, arguments);
            case REBUILD_TENSOR -> tensor(callee, arguments, 4, 4);
            case REBUILD_TENSOR_V2 -> tensor(callee, arguments, 6, 7);
            case REBUILD_TENSOR_V3 -> tensor(callee, arguments, 7, 8);
            case REBUILD_SAME -> first(callee, arguments);
            case REBUILD_FROM_TYPE -> withoutType(callee, arguments);
            case REBUILD_QUANTIZED -> quantized(arguments);
            case REBUILD_SPARSE -> new UnreadableTensor("a sparse tensor (" + name(arguments, "torch.sparse") + ")");
            case REBUILD_META -> new UnreadableTensor("a meta tensor, which has no data");
            case REBUILD_SUBCLASS ->
                new UnreadableTensor("a tensor of class " + name(arguments, callee.qualifiedName()));
            case REBUILD_UNKNOWN ->
                new UnreadableTensor("a tensor of an unknown kind (" + callee.qualifiedName() + ")");
            case OPAQUE, STORAGE_TYPE, DTYPE -> new Opaque(callee, arguments);
        };
    }

    /** Creates an OrderedDict without arguments or, as Python 2 writes it, from a list of pairs. */
    private Dict orderedDict(List<PickleValue> arguments) {
        Dict dict = new Dict();
        if (arguments.isEmpty()) {
            return dict;
        }
        if (arguments.size() != 1 || !(arguments.get(0) instanceof Sequence pairs)) {
            throw in.corrupt("an OrderedDict is not created from a list of pairs");
        }
        pairsTaken += pairs.items.size();
        if (pairsTaken > MAX_PAIRS) {
            throw in.corrupt("its OrderedDicts have more than " + MAX_PAIRS + " pairs");
        }
        for (PickleValue pair : pairs.items) {
            List<PickleValue> items =
                    pair instanceof Sequence list ? list.items : pair instanceof Tuple tuple ? tuple.items : List.of();
            if (items.size() != 2) {
                throw in.corrupt("an OrderedDict is not created from a list of pairs");
            }
            dict.put(items.get(0), items.get(1));
        }
        return dict;
    }

    /** Returns the bytes that protocol 2 stores as a string of Latin-1 characters. */
    private static PickleValue encode(Global callee, List<PickleValue> arguments) {
        boolean latin1 = arguments.size() == 2
                && arguments.get(1) instanceof Text encoding
                && encoding.value().equals("latin1");
        if (latin1 && arguments.get(0) instanceof Text text) {
            return new Bytes(PickledBytes.of(text.value()));
        }
        return latin1 && arguments.get(0) instanceof Bytes bytes ? bytes : new Opaque(callee, arguments);
    }

    /** Returns the first argument, because the call changes only its attributes or its device. */
    private PickleValue first(Global callee, List<PickleValue> arguments) {
        PickleValue data = arguments.isEmpty() ? null : arguments.get(0);
        if (data instanceof Tensor || data instanceof UnreadableTensor || data instanceof Opaque) {
            return data;
        }
        throw in.corrupt(callee.qualifiedName() + " is called without a tensor");
    }

    /** Returns the plain tensor of a subclass: {@code (rebuilder, class, arguments of the rebuilder, state)}. */
    private PickleValue withoutType(Global callee, List<PickleValue> arguments) {
        boolean plain = arguments.size() == 4
                && arguments.get(0) instanceof Global rebuilder
                && rebuilder.role() != GlobalRole.REBUILD_FROM_TYPE;
        if (plain && arguments.get(0) instanceof Global rebuilder && arguments.get(2) instanceof Tuple inner) {
            return call(rebuilder, inner.items);
        }
        return new UnreadableTensor("a tensor of an unknown kind (" + callee.qualifiedName() + ")");
    }

    private static UnreadableTensor quantized(List<PickleValue> arguments) {
        StoredType type = !arguments.isEmpty() && arguments.get(0) instanceof Storage storage ? storage.type() : null;
        return new UnreadableTensor("quantized" + (type == null ? "" : " (" + type.name() + ")"));
    }

    private static String name(List<PickleValue> arguments, String otherwise) {
        PickleValue first = arguments.isEmpty() ? null : arguments.get(0);
        if (first instanceof Global global) {
            return global.qualifiedName();
        }
        // A layout is pickled as the call torch.serialization._get_layout("torch.sparse_coo").
        return first instanceof Opaque layout
                        && !layout.arguments.isEmpty()
                        && layout.arguments.get(0) instanceof Text text
                ? text.value()
                : otherwise;
    }

    private PickleValue tensor(Global callee, List<PickleValue> arguments, int fewest, int most) {
        if (arguments.size() < fewest || arguments.size() > most) {
            throw in.corrupt(callee.qualifiedName() + " is called with " + arguments.size() + " arguments");
        }
        if (!(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Int start)
                || !start.fits()) {
            throw in.corrupt(callee.qualifiedName() + " is called without a storage or an offset");
        }
        List<Long> shape = sizes(callee, arguments.get(2));
        List<Long> strides = sizes(callee, arguments.get(3));
        if (shape.size() != strides.size()) {
            throw in.corrupt("a tensor has " + shape.size() + " sizes and " + strides.size() + " strides");
        }
        StoredType type = storage.type();
        if (callee.role() == GlobalRole.REBUILD_TENSOR_V3) {
            type = dtype(arguments.get(6));
        }
        if (type == null) {
            throw in.corrupt(callee.qualifiedName() + " is called without an element type");
        }
        if (type.element() == null) {
            return new UnreadableTensor("of type " + type.name());
        }
        boolean metadata = most > fewest && arguments.size() == most && !isEmpty(arguments.get(most - 1));
        return metadata
                ? new UnreadableTensor("stored as a lazy negative or conjugate")
                : new Tensor(storage, type.element(), start.value(), shape, strides);
    }

    private static @Nullable StoredType dtype(PickleValue value) {
        if (!(value instanceof Global dtype)) {
            return null;
        }
        return dtype.role() == GlobalRole.OPAQUE ? new StoredType(dtype.qualifiedName(), 1, null) : dtype.type();
    }

    /** Returns whether metadata is empty. Otherwise, it marks the negative or the conjugate of the stored tensor. */
    private static boolean isEmpty(PickleValue metadata) {
        return metadata == PickleValue.None.NONE
                || (metadata instanceof Dict dict && dict.entries().isEmpty());
    }

    private List<Long> sizes(Global callee, PickleValue value) {
        List<PickleValue> items = value instanceof Tuple tuple ? tuple.items : null;
        if (items == null || items.size() > TensorInfo.MAX_DIMENSIONS) {
            throw in.corrupt(callee.qualifiedName() + " is called without a tuple of at most "
                    + TensorInfo.MAX_DIMENSIONS + " sizes");
        }
        List<Long> sizes = new ArrayList<>(items.size());
        for (PickleValue item : items) {
            if (!(item instanceof Int size) || !size.fits() || size.value() < 0) {
                throw in.corrupt(
                        callee.qualifiedName() + " is called with a size or stride that is negative or not an integer");
            }
            sizes.add(size.value());
        }
        return List.copyOf(sizes);
    }
}
