package dev.cardinal.zoo.naming;

import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one state dict, by their names without the segments that training wrappers insert. Immutable.
 *
 * <p>The segments are removed anywhere in a name: {@code DistributedDataParallel} adds {@code module} in front, and
 * {@code torch.compile}, FSDP and activation checkpointing add a segment at the module that they wrap.
 */
final class StateDictNames {
    private static final Set<String> WRAPPERS =
            Set.of("module", "_orig_mod", "_fsdp_wrapped_module", "_fpw_module", "_checkpoint_wrapped_module");

    private final String key;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, String> unreadable;
    private final Map<String, StoredName> storedNames;

    /** Where a tensor is in the file: the key of its state dict, and its name there. */
    record StoredName(String stateDict, String name) {}

    private StateDictNames(
            String key,
            Map<String, TensorInfo> tensors,
            Map<String, String> unreadable,
            Map<String, StoredName> storedNames) {
        this.key = key;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.unreadable = Collections.unmodifiableMap(unreadable);
        this.storedNames = storedNames;
    }

    /**
     * Removes the segments of wrappers.
     *
     * @param key path of the dictionary in the file; empty for the root
     * @param stored tensors by stored name
     * @param unreadable the reason for each value that cannot be read, by stored name
     */
    static StateDictNames of(String key, Map<String, TensorInfo> stored, Map<String, String> unreadable) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, StoredName> storedNames = new LinkedHashMap<>();
        stored.forEach((name, info) -> {
            String plain = withoutWrappers(name);
            String unique = tensors.containsKey(plain) ? name : plain;
            tensors.put(unique, new TensorInfo(unique, info.type(), info.shape()));
            storedNames.put(unique, new StoredName(key, name));
        });
        Map<String, String> reasons = new LinkedHashMap<>();
        unreadable.forEach((name, reason) -> reasons.putIfAbsent(withoutWrappers(name), reason));
        return new StateDictNames(key, tensors, reasons, storedNames);
    }

    /** Merges all state dicts into one, with keys as prefixes, because backbone and head can be separate. */
    static StateDictNames merged(Collection<StateDictNames> stateDicts) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, StoredName> storedNames = new LinkedHashMap<>();
        for (StateDictNames dict : stateDicts) {
            String prefix = dict.key.isEmpty() ? "" : dict.key + ".";
            dict.tensors.forEach((name, info) -> {
                String path = prefix + name;
                if (tensors.putIfAbsent(path, new TensorInfo(path, info.type(), info.shape())) == null) {
                    storedNames.put(path, dict.stored(name));
                }
            });
        }
        return new StateDictNames("", tensors, Map.of(), storedNames);
    }

    private static String withoutWrappers(String name) {
        return Arrays.stream(name.split("\\.", -1))
                .filter(segment -> !WRAPPERS.contains(segment))
                .collect(Collectors.joining("."));
    }

    /** Returns the path of the dictionary in the file; empty for the root. */
    String key() {
        return key;
    }

    /** Returns the tensors by plain name, which is also the name in their infos, in file order; unmodifiable. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** Returns the plain names of the values that cannot be read, with the reason for each. */
    Map<String, String> unreadable() {
        return unreadable;
    }

    /** Returns the tensor of this plain name, or null. */
    @Nullable
    TensorInfo get(String name) {
        return tensors.get(name);
    }

    /** Returns where a tensor is in the file, by its plain name. */
    StoredName stored(String name) {
        return storedNames.getOrDefault(name, new StoredName(key, name));
    }

    /** Returns the name that a tensor has in the file, by its plain name. */
    String storedName(String name) {
        return stored(name).name();
    }
}
