package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.PickleValue.Dict;
import dev.cardinal.zoo.checkpoint.PickleValue.Global;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.Opaque;
import dev.cardinal.zoo.checkpoint.PickleValue.Sequence;
import dev.cardinal.zoo.checkpoint.PickleValue.Storage;
import dev.cardinal.zoo.checkpoint.PickleValue.Tensor;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import dev.cardinal.zoo.checkpoint.PickleValue.Tuple;
import dev.cardinal.zoo.checkpoint.PickleValue.UnreadableTensor;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds every dictionary of tensors in the argument of {@code torch.save}: a state dict, or a dict that contains state
 * dicts next to an epoch, an optimizer and so on.
 *
 * <p>Searches dicts with string or integer keys, lists and tuples. Not thread-safe.
 */
final class StateDictFinder {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_STATE_DICTS = 10_000;
    private static final int MAX_KEY = 256;
    private static final int KEYS_IN_MESSAGE = 8;
    private static final int MAX_KEY_IN_MESSAGE = 40;
    /** An optimizer keeps its tensors here, in a dictionary for the number of each parameter. */
    private static final String OPTIMIZER_STATE = "state";

    private static final String ADVICE =
            "Cardinal reads weights only and executes no code; save them with torch.save(model.state_dict(), file)";

    private final MappedFile file;
    private final Function<Storage, StoredBytes> bytes;
    private final Map<String, StateDict> found = new LinkedHashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final IdentityHashMap<PickleValue, StateDict> states = new IdentityHashMap<>();
    private final Set<PickleValue> visited = Collections.newSetFromMap(new IdentityHashMap<>());
    private int tensors;

    private StateDictFinder(MappedFile file, Function<Storage, StoredBytes> bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /**
     * Returns the dictionaries of tensors by the path of their keys, joined by dots.
     *
     * @param root the unpickled value
     * @param bytes returns the bytes of a storage
     * @throws CardinalException if no dictionary has tensors, or a tensor is outside its storage
     */
    static Map<String, StateDict> find(PickleValue root, MappedFile file, Function<Storage, StoredBytes> bytes) {
        StateDictFinder finder = new StateDictFinder(file, bytes);
        finder.visit(root);
        if (finder.found.isEmpty()) {
            throw noStateDict(root, file.errors());
        }
        return finder.found;
    }

    private void visit(PickleValue value) {
        if (value instanceof Opaque object && object.items != null) {
            visit(object.items);
        } else if (value instanceof Dict dict && !visited.contains(dict)) {
            visit(dict);
        } else if (value instanceof Dict dict) {
            register(dict);
        } else if (value instanceof Sequence list && visited.add(list)) {
            visit(list.items);
        } else if (value instanceof Tuple tuple && visited.add(tuple)) {
            visit(tuple.items);
        }
    }

    private void visit(Dict dict) {
        visited.add(dict);
        StateDict state = new StateDict(file);
        boolean tensor = false;
        for (Map.Entry<PickleValue, PickleValue> entry : dict.entries().entrySet()) {
            if (entry.getKey() instanceof Text name) {
                tensor |= add(state, name.value(), entry.getValue());
            }
        }
        if (tensor) {
            states.put(dict, state);
            register(dict);
        }
        dict.entries().forEach((key, value) -> {
            if (key instanceof Text name && name.value().length() <= MAX_KEY) {
                descend(name.value(), value);
            } else if (key instanceof Int number && number.fits() && !OPTIMIZER_STATE.equals(path.peekLast())) {
                descend(Long.toString(number.value()), value); // the folds of a cross-validation
            }
        });
    }

    private void visit(List<PickleValue> items) {
        for (int i = 0; i < items.size(); i++) {
            PickleValue item = items.get(i);
            if (item instanceof Dict || item instanceof Opaque || item instanceof Sequence || item instanceof Tuple) {
                descend(Integer.toString(i), item);
            }
        }
    }

    private void descend(String key, PickleValue value) {
        if (path.size() < MAX_DEPTH) {
            path.addLast(key);
            visit(value);
            path.removeLast();
        }
    }

    /** Adds a dict under the current path, if it has tensors. A file can contain the same dict under several paths. */
    private void register(Dict dict) {
        StateDict state = states.get(dict);
        if (state == null) {
            return;
        }
        if (found.size() == MAX_STATE_DICTS) {
            throw file.errors()
                    .refused(
                            "the file has more than " + MAX_STATE_DICTS + " dicts of tensors",
                            "give the weights of one model");
        }
        found.putIfAbsent(String.join(".", path), state);
    }

    /** Adds a value of a dict, and returns whether it is a tensor, readable or not. */
    private boolean add(StateDict state, String name, PickleValue value) {
        if (value instanceof Tensor tensor) {
            countTensor();
            state.add(
                    name,
                    tensor.type(),
                    tensor.shape(),
                    tensor.strides(),
                    tensor.start(),
                    bytes.apply(tensor.storage()));
            return true;
        }
        if (value instanceof UnreadableTensor tensor) {
            countTensor();
            state.addUnreadable(name, tensor.reason());
            return true;
        }
        if (value instanceof Opaque object) {
            return add(state, name, object);
        }
        if (value instanceof Global global) {
            state.addUnreadable(name, "the name " + global.qualifiedName());
        }
        if (value instanceof Tuple tuple && tuple.items.stream().limit(2).anyMatch(StateDictFinder::isTensor)) {
            state.addUnreadable(name, "a tuple of tensors");
        }
        return false;
    }

    private boolean add(StateDict state, String name, Opaque object) {
        NumpyArray array = NumpyArray.of(object);
        TensorSource source = array == null ? null : array.source(name, file);
        if (source != null) {
            countTensor();
            state.add(source);
        } else {
            state.addUnreadable(name, array == null ? object.description() : "a numpy array of type " + array.dtype());
        }
        return source != null;
    }

    private static boolean isTensor(PickleValue value) {
        return value instanceof Tensor || value instanceof UnreadableTensor;
    }

    private void countTensor() {
        if (++tensors > StateDict.MAX_TENSORS) {
            throw StateDict.tooManyTensors(file.errors());
        }
    }

    /** Returns the error for a file without tensors. It says what the file contains instead. */
    private static CardinalException noStateDict(PickleValue root, CheckpointErrors errors) {
        Dict dict = root instanceof Dict plain ? plain : root instanceof Opaque object ? object.items : null;
        if (dict == null || dict.entries().isEmpty()) {
            return errors.refused("found no state dict in it, only " + description(root), ADVICE);
        }
        if (dict.get("param_groups") != null) {
            return errors.refused(
                    "found no state dict in it, only the state of an optimizer",
                    "give the file of the model's weights");
        }
        String keys = dict.entries().entrySet().stream()
                .limit(KEYS_IN_MESSAGE)
                .map(entry -> describe(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        int more = dict.entries().size() - KEYS_IN_MESSAGE;
        String what = root instanceof Opaque object ? object.description() + " with " : "";
        return errors.refused(
                "found no state dict in it, only " + what + keys + (more > 0 ? " and " + more + " more" : ""), ADVICE);
    }

    private static String description(PickleValue root) {
        if (root instanceof Opaque object) {
            return object.description();
        }
        if (root instanceof Global global) {
            return "the name " + global.qualifiedName();
        }
        if (root instanceof Dict) {
            return "an empty dict";
        }
        if (root instanceof Sequence || root instanceof Tuple) {
            return "a list without names";
        }
        return isTensor(root) ? "a single tensor" : "a value without keys";
    }

    private static String describe(PickleValue key, PickleValue value) {
        String name = key instanceof Text text ? abbreviate(text.value()) : "an entry without a name";
        return value instanceof Opaque object ? name + " (" + object.description() + ")" : name;
    }

    private static String abbreviate(String key) {
        return key.length() <= MAX_KEY_IN_MESSAGE ? key : key.substring(0, MAX_KEY_IN_MESSAGE) + "...";
    }
}
