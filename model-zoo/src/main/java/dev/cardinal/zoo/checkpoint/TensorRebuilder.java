package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Pickled.Dict;
import dev.cardinal.zoo.checkpoint.Pickled.Global;
import dev.cardinal.zoo.checkpoint.Pickled.Int;
import dev.cardinal.zoo.checkpoint.Pickled.Role;
import dev.cardinal.zoo.checkpoint.Pickled.Sequence;
import dev.cardinal.zoo.checkpoint.Pickled.Storage;
import dev.cardinal.zoo.checkpoint.Pickled.Tensor;
import dev.cardinal.zoo.checkpoint.Pickled.Tuple;
import java.util.ArrayList;
import java.util.List;

/**
 * What calling an allow-listed name means, done on data alone.
 *
 * <p>Signatures: {@code torch/_utils.py}. Offsets and strides count elements.
 */
final class TensorRebuilder {
    private static final int MAX_PAIRS = 100_000;

    private final PickleReader in;
    private int pairsTaken;

    TensorRebuilder(PickleReader in) {
        this.in = in;
    }

    Pickled call(Global callee, List<Pickled> arguments) {
        return switch (callee.role()) {
            case ORDERED_DICT -> orderedDict(arguments);
            case REBUILD_TENSOR -> tensor(callee, arguments, 4, 4);
            case REBUILD_TENSOR_V2 -> tensor(callee, arguments, 6, 7);
            case REBUILD_TENSOR_V3 -> tensor(callee, arguments, 7, 8);
            case REBUILD_PARAMETER -> parameter(arguments);
            case STORAGE_TYPE, DTYPE -> throw in.refused("the pickle calls " + callee.name());
        };
    }

    /** Empty, or the list of pairs that Python 2 writes. */
    private Dict orderedDict(List<Pickled> arguments) {
        Dict dict = new Dict(true);
        if (arguments.isEmpty()) {
            return dict;
        }
        if (arguments.size() != 1 || !(arguments.get(0) instanceof Sequence pairs)) {
            throw in.damaged("an OrderedDict is made of something other than a list of pairs");
        }
        pairsTaken += pairs.items.size();
        if (pairsTaken > MAX_PAIRS) {
            throw in.damaged("its OrderedDicts are made of more than " + MAX_PAIRS + " pairs");
        }
        for (Pickled pair : pairs.items) {
            List<Pickled> items =
                    pair instanceof Sequence list ? list.items : pair instanceof Tuple tuple ? tuple.items : List.of();
            if (items.size() != 2) {
                throw in.damaged("an OrderedDict is made of something other than a list of pairs");
            }
            dict.entries.put(key(items.get(0)), items.get(1));
        }
        return dict;
    }

    /** A value that may be a dict's key: hashing it takes one step, whatever the file says. */
    Pickled key(Pickled value) {
        if (value instanceof Pickled.Text
                || (value instanceof Int number && number.fits())
                || value instanceof Pickled.Bool) {
            return value;
        }
        throw in.refused("a dict key is neither a string, an integer of 64 bits nor a boolean");
    }

    private Pickled parameter(List<Pickled> arguments) {
        if (arguments.size() != 3 || !(arguments.get(0) instanceof Tensor tensor)) {
            throw in.damaged("a parameter is made of something other than a tensor");
        }
        return tensor;
    }

    private Tensor tensor(Global callee, List<Pickled> arguments, int fewest, int most) {
        if (arguments.size() < fewest || arguments.size() > most) {
            throw in.damaged(callee.name() + " is given " + arguments.size() + " arguments");
        }
        if (!(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Int start)
                || !start.fits()) {
            throw in.damaged(callee.name() + " is given no storage or no offset");
        }
        if (arguments.size() == most && most > fewest) {
            requireAsStored(arguments.get(most - 1));
        }
        ElementType type = storage.type();
        if (callee.role() == Role.REBUILD_TENSOR_V3) {
            type = arguments.get(6) instanceof Global dtype && dtype.role() == Role.DTYPE ? dtype.type() : null;
        }
        if (type == null) {
            throw in.damaged(callee.name() + " is given no element type");
        }
        List<Long> shape = sizes(callee, arguments.get(2));
        List<Long> strides = sizes(callee, arguments.get(3));
        if (shape.size() != strides.size()) {
            throw in.damaged("a tensor has " + shape.size() + " sizes and " + strides.size() + " strides");
        }
        return new Tensor(storage, type, start.value(), shape, strides);
    }

    /** Metadata marks a tensor as the negative or the conjugate of what is stored. */
    private void requireAsStored(Pickled metadata) {
        boolean plain = metadata == Pickled.None.NONE || (metadata instanceof Dict dict && dict.entries.isEmpty());
        if (!plain) {
            throw in.refused("a tensor is stored as a lazy negative or conjugate");
        }
    }

    private List<Long> sizes(Global callee, Pickled value) {
        List<Pickled> items = value instanceof Tuple tuple ? tuple.items : null;
        if (items == null || items.size() > TensorInfo.MAX_DIMENSIONS) {
            throw in.damaged(callee.name() + " is given no tuple of at most " + TensorInfo.MAX_DIMENSIONS + " sizes");
        }
        List<Long> sizes = new ArrayList<>(items.size());
        for (Pickled item : items) {
            if (!(item instanceof Int size) || !size.fits() || size.value() < 0) {
                throw in.damaged(callee.name() + " is given a size or stride that is negative or no integer");
            }
            sizes.add(size.value());
        }
        return List.copyOf(sizes);
    }
}
