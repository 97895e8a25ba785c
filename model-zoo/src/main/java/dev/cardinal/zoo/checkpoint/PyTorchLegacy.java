package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.PickleValue.Bool;
import dev.cardinal.zoo.checkpoint.PickleValue.Dict;
import dev.cardinal.zoo.checkpoint.PickleValue.Int;
import dev.cardinal.zoo.checkpoint.PickleValue.Sequence;
import dev.cardinal.zoo.checkpoint.PickleValue.Storage;
import dev.cardinal.zoo.checkpoint.PickleValue.Text;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the format of {@code torch.save} before PyTorch 1.6: five consecutive pickles (magic number, protocol, system
 * information, object, storage keys), then the element count and the raw elements of each key.
 */
final class PyTorchLegacy {
    /** The complete first pickle, in the protocols 2 to 5. */
    static final Pattern MAGIC = Pattern.compile(
            "\\x80(?:[\\x02\\x03]|[\\x04\\x05]\\x95\\x0d\\x00{7})\\x8a\\x0a\\x6c\\xfc\\x9c\\x46\\xf9\\x20\\x6a\\xa8\\x50\\x19\\.");

    private static final long PROTOCOL = 1001;

    private PyTorchLegacy() {}

    static TensorFile.Contents contents(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        plain(cursor);
        requireProtocol(cursor);
        requireLittleEndian(cursor);
        PersistentIds ids = PersistentIds.ofLegacy();
        PickleValue root = new Unpickler(cursor, ids).load();
        Map<String, Long> offsets = offsets(cursor, ids);
        return new TensorFile.Contents(StateDictFinder.find(root, file, storage -> {
            long offset = offsets.getOrDefault(storage.key(), 0L) + storage.viewStart();
            return new StoredBytes(offset, storage.viewBytes(), ByteOrder.LITTLE_ENDIAN, null);
        }));
    }

    private static PickleValue plain(ByteCursor cursor) {
        return new Unpickler(cursor, PersistentIds.ofLegacy()).load();
    }

    private static void requireProtocol(ByteCursor cursor) {
        long at = cursor.position();
        if (!(plain(cursor) instanceof Int protocol) || !protocol.fits() || protocol.value() != PROTOCOL) {
            throw cursor.file().errors().corrupt(at, "the protocol number is not " + PROTOCOL);
        }
    }

    private static void requireLittleEndian(ByteCursor cursor) {
        long at = cursor.position();
        CheckpointErrors errors = cursor.file().errors();
        if (!(plain(cursor) instanceof Dict system) || !(system.get("little_endian") instanceof Bool little)) {
            throw errors.corrupt(at, "the system information is not a dict with the key little_endian");
        }
        if (!little.value()) {
            throw errors.refused(
                    at, "the file was written on a big-endian machine", "load and save it with PyTorch 2.1 or later");
        }
    }

    /** Returns the offset of the first element of each storage. */
    private static Map<String, Long> offsets(ByteCursor cursor, PersistentIds ids) {
        CheckpointErrors errors = cursor.file().errors();
        long at = cursor.position();
        List<PickleValue> keys = plain(cursor) instanceof Sequence list ? list.items : List.of();
        Map<String, Storage> storages = ids.storages();
        Map<String, Long> offsets = new HashMap<>();
        for (PickleValue item : keys) {
            Storage storage = item instanceof Text key ? storages.get(key.value()) : null;
            if (storage == null) {
                throw errors.corrupt(at, "the list of storages contains a key that no tensor uses");
            }
            long header = cursor.position();
            long count = cursor.int64();
            if (count != storage.elements()) {
                throw errors.corrupt(
                        header,
                        "storage " + storage.key() + " has " + count + " elements, but its tensors need "
                                + storage.elements());
            }
            if (offsets.put(storage.key(), cursor.position()) != null) {
                throw errors.corrupt(at, "the list of storages contains " + storage.key() + " twice");
            }
            cursor.skip(storage.bytes());
        }
        if (offsets.size() < storages.size()) {
            throw errors.corrupt(
                    at, "the file has " + offsets.size() + " storages, but its tensors use " + storages.size());
        }
        if (cursor.remaining() > 0) {
            throw errors.corrupt(cursor.position(), cursor.remaining() + " unexpected bytes after the last storage");
        }
        return offsets;
    }
}
