package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Pickled.Global;
import dev.cardinal.zoo.checkpoint.Pickled.Int;
import dev.cardinal.zoo.checkpoint.Pickled.None;
import dev.cardinal.zoo.checkpoint.Pickled.Role;
import dev.cardinal.zoo.checkpoint.Pickled.Storage;
import dev.cardinal.zoo.checkpoint.Pickled.Text;
import dev.cardinal.zoo.checkpoint.Pickled.Tuple;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The storages that the persistent ids of a pickle name: {@code ('storage', type, key, location, numel)}, and in the legacy
 * container a sixth item, None or {@code (view_key, offset, view_size)} in elements.
 *
 * <p>Not thread-safe.
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

    /** Every storage mentioned, by key, whole. */
    Map<String, Storage> storages() {
        return Collections.unmodifiableMap(storages);
    }

    /** The storage an id stands for; {@code in} says where to report what is wrong with it. */
    Storage resolve(Pickled id, PickleReader in) {
        List<Pickled> items = id instanceof Tuple tuple ? tuple.items : List.of();
        String tag = !items.isEmpty() && items.get(0) instanceof Text text ? text.value() : "";
        if (tag.equals("module")) {
            throw in.refused("it is a whole pickled module, which is code");
        }
        if (!tag.equals("storage")) {
            throw in.refused("a persistent id is not tagged 'storage'");
        }
        if (items.size() != arity) {
            throw in.damaged("a persistent id has " + items.size() + " items, not " + arity);
        }
        if (!(items.get(1) instanceof Global global) || global.role() != Role.STORAGE_TYPE) {
            throw in.damaged("a persistent id names no storage type");
        }
        if (!(items.get(2) instanceof Text key)
                || !(items.get(4) instanceof Int numel)
                || !numel.fits()
                || numel.value() < 0) {
            throw in.damaged("a persistent id has no key or no element count");
        }
        Storage whole = whole(key.value(), global.type(), numel.value(), in);
        return arity == 6 && items.get(5) != None.NONE ? view(whole, items.get(5), in) : whole;
    }

    private Storage whole(String key, @Nullable ElementType type, long numel, PickleReader in) {
        int itemBytes = type == null ? 1 : type.bytes();
        if (numel > Long.MAX_VALUE / itemBytes) {
            throw in.damaged("storage " + key + " of " + numel + " elements overflows 64 bits");
        }
        Storage storage = new Storage(key, type, numel * itemBytes, 0, numel * itemBytes);
        Storage known = storages.putIfAbsent(key, storage);
        if (known != null && !known.equals(storage)) {
            throw in.damaged("storage " + key + " is mentioned with two types or sizes");
        }
        return storage;
    }

    private static Storage view(Storage whole, Pickled metadata, PickleReader in) {
        List<Pickled> items = metadata instanceof Tuple tuple ? tuple.items : List.of();
        if (items.size() != 3
                || !(items.get(1) instanceof Int offset)
                || !(items.get(2) instanceof Int size)
                || !offset.fits()
                || !size.fits()) {
            throw in.damaged("a storage view is not (key, offset, size)");
        }
        long itemBytes = whole.type() == null ? 1 : whole.type().bytes();
        long available = whole.bytes() / itemBytes;
        if (offset.value() < 0 || size.value() < 0 || offset.value() > available - size.value()) {
            throw in.damaged("a view of storage " + whole.key() + " reaches outside it");
        }
        return new Storage(
                whole.key(), whole.type(), whole.bytes(), offset.value() * itemBytes, size.value() * itemBytes);
    }
}
