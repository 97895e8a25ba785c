package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.checkpoint.PickleValue.Storage;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the format of {@code torch.save} since PyTorch 1.6: a zip archive with the uncompressed entries
 * {@code <root>/data.pkl}, {@code <root>/data/<key>} and, since 2.1, {@code <root>/byteorder}.
 */
final class PyTorchZip {
    private static final int MAX_BYTEORDER_BYTES = 16;

    private PyTorchZip() {}

    static TensorFile.Contents contents(MappedFile file) {
        StoredArchive archive = StoredArchive.of(file);
        StoredBytes pickle = archive.required("data.pkl");
        pickle.verify(file);
        ByteCursor cursor = new ByteCursor(file, pickle.offset(), pickle.offset() + pickle.length());
        PersistentIds ids = PersistentIds.ofZip();
        PickleValue root = new Unpickler(cursor, ids).load();
        if (cursor.remaining() > 0) {
            throw file.errors().corrupt(cursor.position(), "unexpected bytes after the end of data.pkl");
        }
        Map<String, StoredBytes> storages = storages(archive, ids, byteOrder(archive, file), file.errors());
        return new TensorFile.Contents(StateDictFinder.find(root, file, storage -> storages.get(storage.key())));
    }

    private static ByteOrder byteOrder(StoredArchive archive, MappedFile file) {
        if (!archive.contains("byteorder")) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        StoredBytes entry = archive.required("byteorder");
        entry.verify(file);
        String text = entry.length() > MAX_BYTEORDER_BYTES
                ? "..."
                : new ByteCursor(file, entry.offset(), entry.offset() + entry.length())
                        .text(entry.length(), StandardCharsets.ISO_8859_1);
        return switch (text) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw file.errors().corrupt(entry.offset(), "byteorder is neither 'little' nor 'big'");
        };
    }

    private static Map<String, StoredBytes> storages(
            StoredArchive archive, PersistentIds ids, ByteOrder order, CheckpointErrors errors) {
        Map<String, StoredBytes> found = new HashMap<>();
        for (Storage storage : ids.storages().values()) {
            StoredBytes entry = archive.required("data/" + storage.key());
            if (entry.length() != storage.bytes()) {
                throw errors.corrupt(
                        entry.offset(),
                        "entry data/" + storage.key() + " has " + entry.length() + " bytes, but data.pkl expects "
                                + storage.bytes());
            }
            found.put(storage.key(), entry.withOrder(order));
        }
        return found;
    }
}
