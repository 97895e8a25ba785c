package dev.cardinal.zoo.graph;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.cardinal.zoo.MaskedCrc32c;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a sorted string table in the format of LevelDB (LevelDB, doc/table_format.md), which TensorFlow uses for the
 * index of a checkpoint: one uncompressed block of entries without shared prefixes. No library on the class path writes
 * a single table. Stateless and thread-safe.
 */
final class SsTableWriter {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER_BYTES = 48;
    private static final int UNCOMPRESSED = 0;

    private SsTableWriter() {}

    /** Offset and size of a block. */
    private record Handle(long offset, long size) {

        ByteString encoded() throws IOException {
            ByteString.Output bytes = ByteString.newOutput();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeUInt64NoTag(offset);
            out.writeUInt64NoTag(size);
            out.flush();
            return bytes.toByteString();
        }
    }

    /**
     * Returns the bytes of the table, with entries sorted by the bytes of their keys.
     *
     * @param entries values by key; not empty
     */
    static byte[] of(Map<String, ByteString> entries) throws IOException {
        SortedMap<ByteString, ByteString> sorted = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        entries.forEach((key, value) -> sorted.put(ByteString.copyFromUtf8(key), value));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Handle data = append(file, sorted);
        Handle metaIndex = append(file, Map.of());
        Handle index = append(file, Map.of(sorted.lastKey(), data.encoded()));
        ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        footer.put(metaIndex.encoded().toByteArray()).put(index.encoded().toByteArray());
        footer.putLong(FOOTER_BYTES - Long.BYTES, MAGIC);
        file.write(footer.array());
        return file.toByteArray();
    }

    private static Handle append(ByteArrayOutputStream file, Map<ByteString, ByteString> entries) throws IOException {
        byte[] block = block(entries);
        Handle handle = new Handle(file.size(), block.length);
        MaskedCrc32c checksum = new MaskedCrc32c();
        checksum.update(block, block.length);
        checksum.update(new byte[] {UNCOMPRESSED}, 1);
        file.write(block);
        file.write(UNCOMPRESSED);
        file.write(littleEndian(checksum.masked()));
        return handle;
    }

    private static byte[] block(Map<ByteString, ByteString> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        List<Integer> restarts = new ArrayList<>();
        for (Map.Entry<ByteString, ByteString> entry : entries.entrySet()) {
            ByteString key = entry.getKey();
            restarts.add(out.getTotalBytesWritten());
            out.writeUInt32NoTag(0); // bytes shared with the previous key
            out.writeUInt32NoTag(key.size());
            out.writeUInt32NoTag(entry.getValue().size());
            out.writeRawBytes(key);
            out.writeRawBytes(entry.getValue());
        }
        if (restarts.isEmpty()) {
            restarts.add(0); // LevelDB's reader needs one even if there are no entries
        }
        for (int restart : restarts) {
            out.writeFixed32NoTag(restart);
        }
        out.writeFixed32NoTag(restarts.size());
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
