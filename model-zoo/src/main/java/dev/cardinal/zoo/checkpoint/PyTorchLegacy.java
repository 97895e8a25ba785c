package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.Pickled.Bool;
import dev.cardinal.zoo.checkpoint.Pickled.Dict;
import dev.cardinal.zoo.checkpoint.Pickled.Int;
import dev.cardinal.zoo.checkpoint.Pickled.Sequence;
import dev.cardinal.zoo.checkpoint.Pickled.Storage;
import dev.cardinal.zoo.checkpoint.Pickled.Text;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The container that {@code torch.save} wrote before PyTorch 1.6: five pickles back to back (magic number, protocol, system,
 * the object, storage keys), then for each key its element count and its raw elements.
 */
final class PyTorchLegacy {
    /** The whole first pickle. */
    static final String MAGIC = "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";

    private static final long PROTOCOL = 1001;

    private PyTorchLegacy() {}

    static Checkpoint open(Path file) {
        return TensorFile.parse(
                Container.PYTORCH_LEGACY, MappedFile.open(file, Container.PYTORCH_LEGACY), PyTorchLegacy::contents);
    }

    private static TensorFile.Contents contents(MappedFile file) {
        ByteCursor cursor = new ByteCursor(file, 0, file.length());
        cursor.skip(MAGIC.length());
        requireProtocol(cursor);
        requireLittleEndian(cursor);
        PersistentIds ids = PersistentIds.ofLegacy();
        Pickled root = new Unpickler(cursor, ids).load();
        Map<String, Long> offsets = offsets(cursor, ids);
        Map<String, TensorSource> tensors = StateDict.tensors(root, file, storage -> {
            long offset = offsets.getOrDefault(storage.key(), 0L) + storage.viewStart();
            return new StoredBytes(offset, storage.viewBytes(), ByteOrder.LITTLE_ENDIAN, null);
        });
        return new TensorFile.Contents(tensors);
    }

    private static Pickled plain(ByteCursor cursor) {
        return new Unpickler(cursor, PersistentIds.ofLegacy()).load();
    }

    private static void requireProtocol(ByteCursor cursor) {
        long at = cursor.position();
        if (!(plain(cursor) instanceof Int protocol) || !protocol.fits() || protocol.value() != PROTOCOL) {
            throw cursor.file().origin().damaged(at, "the protocol is not " + PROTOCOL);
        }
    }

    private static void requireLittleEndian(ByteCursor cursor) {
        long at = cursor.position();
        Origin origin = cursor.file().origin();
        if (!(plain(cursor) instanceof Dict system) || !(system.get("little_endian") instanceof Bool little)) {
            throw origin.damaged(at, "the system information is no dict with little_endian");
        }
        if (!little.value()) {
            throw origin.refused(
                    at, "it was written on a big-endian machine", "load and save it with PyTorch 2.1 or later");
        }
    }

    /** Where the elements of each storage begin. */
    private static Map<String, Long> offsets(ByteCursor cursor, PersistentIds ids) {
        Origin origin = cursor.file().origin();
        long at = cursor.position();
        List<Pickled> keys = plain(cursor) instanceof Sequence list ? list.items : List.of();
        Map<String, Storage> storages = ids.storages();
        Map<String, Long> offsets = new HashMap<>();
        for (Pickled item : keys) {
            Storage storage = item instanceof Text key ? storages.get(key.value()) : null;
            if (storage == null) {
                throw origin.damaged(at, "the list of storages holds a key that no tensor uses");
            }
            long header = cursor.position();
            long count = cursor.int64();
            if (count != storage.elements()) {
                throw origin.damaged(
                        header,
                        "storage " + storage.key() + " has " + count + " elements, its tensors say "
                                + storage.elements());
            }
            if (offsets.put(storage.key(), cursor.position()) != null) {
                throw origin.damaged(at, "the list of storages holds " + storage.key() + " twice");
            }
            cursor.skip(storage.bytes());
        }
        if (offsets.size() < storages.size()) {
            throw origin.damaged(at, "it has " + offsets.size() + " storages, and its tensors use " + storages.size());
        }
        if (cursor.remaining() > 0) {
            throw origin.damaged(cursor.position(), cursor.remaining() + " bytes follow its last storage");
        }
        return offsets;
    }
}
