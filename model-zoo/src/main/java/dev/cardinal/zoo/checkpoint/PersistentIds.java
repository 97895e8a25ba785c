package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.PickleValue.Global;
import dev.cardinal.zoo.checkpoint.PickleValue.GlobalRole;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.None;
import dev.cardinal.zoo.checkpoint.PickleValue.Storage;
import dev.cardinal.zoo.checkpoint.PickleValue.StoredType;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import dev.cardinal.zoo.checkpoint.PickleValue.Tuple;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the persistent ids of a pickle, which name storages: {@code ('storage', type, key, location, numel)}. The
 * legacy format has a sixth item, None or {@code (view_key, offset, view_size)} in elements. Not thread-safe.
 */
final class PersistentIds {
    private final int arity;
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    private PersistentIds(int arity) {
        this.arity = arity;
    }

    static PersistentIds ofZip() {
        return new PersistentIds(5);
    }

    static PersistentIds ofLegacy() {
        return new PersistentIds(6);
    }

    /** Returns every complete storage that an id has named, by key. */
    Map<String, Storage> storages() {
        return Collections.unmodifiableMap(storages);
    }

    /**
     * Returns the storage that an id names, or the class of a module, which the legacy format stores with its source.
     * Errors contain the position of {@code in}.
     */
    PickleValue resolve(PickleValue id, PickleReader in) {
        List<PickleValue> items = id instanceof Tuple tuple ? tuple.items : List.of();
        String tag = !items.isEmpty() && items.get(0) instanceof Text text ? text.value() : "";
        if (tag.equals("module") && items.size() > 1 && items.get(1) instanceof Global type) {
            return type;
        }
        if (!tag.equals("storage")) {
            throw in.refused("a persistent id is not tagged 'storage'");
        }
        if (items.size() != arity) {
            throw in.corrupt("a persistent id has " + items.size() + " items, not " + arity);
        }
        if (!(items.get(1) instanceof Global global)) {
            throw in.corrupt("a persistent id has no storage type");
        }
        if (global.role() != GlobalRole.STORAGE_TYPE) {
            throw in.refused("a tensor is stored as " + global.qualifiedName() + ", which is not a known storage type");
        }
        if (!(items.get(2) instanceof Text key)
                || !(items.get(4) instanceof Int numel)
                || !numel.fits()
                || numel.value() < 0) {
            throw in.corrupt("a persistent id has no key or no element count");
        }
        Storage whole = whole(key.value(), global.type(), numel.value(), in);
        return arity == 6 && items.get(5) != None.NONE ? view(whole, items.get(5), in) : whole;
    }

    private Storage whole(String key, @Nullable StoredType type, long numel, PickleReader in) {
        int itemBytes = type == null ? 1 : type.bytes();
        if (numel > Long.MAX_VALUE / itemBytes) {
            throw in.corrupt("storage " + key + " of " + numel + " elements overflows 64 bits");
        }
        Storage storage = new Storage(key, type, numel * itemBytes, 0, numel * itemBytes);
        Storage known = storages.putIfAbsent(key, storage);
        if (known != null && !known.equals(storage)) {
            throw in.corrupt("storage " + key + " has two types or sizes");
        }
        return storage;
    }

    private static Storage view(Storage whole, PickleValue metadata, PickleReader in) {
        List<PickleValue> items = metadata instanceof Tuple tuple ? tuple.items : List.of();
        if (items.size() != 3
                || !(items.get(1) instanceof Int offset)
                || !(items.get(2) instanceof Int size)
                || !offset.fits()
                || !size.fits()) {
            throw in.corrupt("a storage view is not (key, offset, size)");
        }
        long itemBytes = whole.type() == null ? 1 : whole.type().bytes();
        long available = whole.bytes() / itemBytes;
        if (offset.value() < 0 || size.value() < 0 || offset.value() > available - size.value()) {
            throw in.corrupt("a view of storage " + whole.key() + " is outside the storage");
        }
        return new Storage(
                whole.key(), whole.type(), whole.bytes(), offset.value() * itemBytes, size.value() * itemBytes);
    }
}
