package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the tensors of one dictionary in a checkpoint under their stored names. Not thread-safe. */
final class StateDict {
    static final int MAX_TENSORS = 100_000;

    private final MappedFile file;
    private final Map<String, TensorSource> tensors = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();

    StateDict(MappedFile file) {
        this.file = file;
    }

    /**
     * Adds a view of stored bytes.
     *
     * @throws CardinalException if the view is outside its bytes, or another tensor has the same name
     */
    void add(String name, ElementType type, List<Long> shape, List<Long> strides, long start, StoredBytes bytes) {
        TensorInfo info = new TensorInfo(name, type, shape);
        add(new StridedTensor(info, bytes, start, strides).checkedAgainst(file));
    }

    /** @throws CardinalException if another tensor has the same name */
    void add(TensorSource source) {
        String name = source.info().name();
        if (tensors.size() == MAX_TENSORS) {
            throw tooManyTensors(file.errors());
        }
        if (tensors.put(name, source) != null) {
            throw file.errors().refused("two tensors have the name " + name, "save only one model");
        }
    }

    /**
     * Adds a value that is not a tensor of numbers.
     *
     * @param reason what it is, as the end of the sentence "tensor fc.weight is ..."
     */
    void addUnreadable(String name, String reason) {
        unreadable.put(name, reason);
    }

    /** Returns all tensors in the order of their addition; unmodifiable. */
    Map<String, TensorSource> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    /** Returns the reason for each value that is not a tensor of numbers; unmodifiable. */
    Map<String, String> unreadable() {
        return Collections.unmodifiableMap(unreadable);
    }

    /** Returns name, type and shape of all tensors in the order of their addition; unmodifiable. */
    Map<String, TensorInfo> infos() {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        tensors.forEach((name, source) -> infos.put(name, source.info()));
        return Collections.unmodifiableMap(infos);
    }

    static CardinalException tooManyTensors(CheckpointErrors errors) {
        return errors.refused("the file has more than " + MAX_TENSORS + " tensors", "give the weights of one model");
    }
}
