package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors by their names in the model, without the prefixes that training wrappers add.
 *
 * <p>Not thread-safe.
 */
final class NamedTensors {
    /** What {@code DistributedDataParallel} and {@code torch.compile} put before every name. */
    private static final List<String> PREFIXES = List.of("module.", "_orig_mod.");

    static final int MAX_TENSORS = 100_000;

    private final MappedFile file;
    private final Map<String, TensorSource> tensors = new LinkedHashMap<>();

    NamedTensors(MappedFile file) {
        this.file = file;
    }

    /**
     * Adds a view under its plain name.
     *
     * @throws CardinalException if it reaches outside its bytes, or another tensor has that name
     */
    void add(String storedName, ElementType type, List<Long> shape, List<Long> strides, long start, StoredBytes bytes) {
        String name = plainName(storedName);
        TensorInfo info = new TensorInfo(name, type, shape);
        add(new StridedTensor(info, bytes, start, strides).checkedAgainst(file));
    }

    void add(TensorSource source) {
        String name = source.info().name();
        if (tensors.size() == MAX_TENSORS) {
            throw file.origin()
                    .refused("it has more than " + MAX_TENSORS + " tensors", "give the weights of one model");
        }
        if (tensors.put(name, source) != null) {
            throw file.origin()
                    .refused(
                            "two of its tensors are called " + name + " without " + String.join(" and ", PREFIXES),
                            "save one model only");
        }
    }

    /** Every tensor, in the order it was added. */
    Map<String, TensorSource> all() {
        return Collections.unmodifiableMap(tensors);
    }

    private static String plainName(String name) {
        String plain = name;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (String prefix : PREFIXES) {
                if (plain.startsWith(prefix)) {
                    plain = plain.substring(prefix.length());
                    changed = true;
                }
            }
        }
        return plain;
    }
}
