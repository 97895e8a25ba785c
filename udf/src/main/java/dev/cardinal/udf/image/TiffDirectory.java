package dev.cardinal.udf.image;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An image file directory of a TIFF structure (TIFF 6.0, section 2), in a TIFF file or an EXIF segment. */
final class TiffDirectory {

    private static final int ENTRY_BYTES = 12;
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    /** Bytes of a value by its type, 1 to 12; other types are not read. */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

    /** Where the values of a tag stand. */
    private record Entry(int type, long count, long at) {}

    private final ByteView file;
    private final long base;
    private final boolean bigEndian;
    private final long nextAt;
    private final Map<Integer, Entry> entries = new HashMap<>();

    private TiffDirectory(ByteView file, long base, boolean bigEndian, long at) throws BadImageException {
        this.file = file;
        this.base = base;
        this.bigEndian = bigEndian;
        int count = u16(at);
        for (int i = 0; i < count; i++) {
            long entry = at + 2 + (long) i * ENTRY_BYTES;
            int type = u16(entry + 2);
            long values = u32(entry + 4);
            long bytes = type < TYPE_BYTES.length ? values * TYPE_BYTES[type] : 0;
            long valuesAt = bytes <= 4 ? entry + 8 : base + u32(entry + 8);
            entries.putIfAbsent(u16(entry), new Entry(type, values, valuesAt));
        }
        nextAt = at + 2 + (long) count * ENTRY_BYTES;
    }

    /** The first directory of a TIFF file. */
    static TiffDirectory first(ByteView file) throws BadImageException {
        return first(file, 0);
    }

    /** The first directory of a TIFF structure that begins at {@code base}. */
    static TiffDirectory first(ByteView file, long base) throws BadImageException {
        boolean bigEndian = file.u8(base) == 'M';
        long offset = bigEndian ? file.u32be(base + 4) : file.u32le(base + 4);
        return new TiffDirectory(file, base, bigEndian, base + offset);
    }

    /** The directory of the next page, null after the last. */
    @Nullable
    TiffDirectory next() throws BadImageException {
        long offset = u32(nextAt);
        return offset == 0 ? null : new TiffDirectory(file, base, bigEndian, base + offset);
    }

    /** The first value of a tag, or what is given where it has none. */
    long value(int tag, long otherwise) throws BadImageException {
        Entry entry = entries.get(tag);
        return entry == null || entry.count() == 0 ? otherwise : value(entry, 0);
    }

    /** Fails unless every stretch that two tags describe, offsets and lengths, is in the file. */
    void requireData(int offsetsTag, int lengthsTag) throws BadImageException {
        Entry offsets = entries.get(offsetsTag);
        Entry lengths = entries.get(lengthsTag);
        if (offsets == null || lengths == null) {
            return;
        }
        for (long i = 0; i < Math.min(offsets.count(), lengths.count()); i++) {
            file.require(base + value(offsets, i) + value(lengths, i));
        }
    }

    /** Fails unless the values of all tags are in the file. */
    void requireValues() throws BadImageException {
        for (Entry entry : entries.values()) {
            if (entry.type() < TYPE_BYTES.length) {
                file.require(entry.at() + entry.count() * TYPE_BYTES[entry.type()]);
            }
        }
    }

    private long value(Entry entry, long index) throws BadImageException {
        if (entry.type() == BYTE) {
            return file.u8(entry.at() + index);
        }
        return entry.type() == SHORT ? u16(entry.at() + 2 * index) : u32(entry.at() + 4 * index);
    }

    private int u16(long at) throws BadImageException {
        return bigEndian ? file.u16be(at) : file.u16le(at);
    }

    private long u32(long at) throws BadImageException {
        return bigEndian ? file.u32be(at) : file.u32le(at);
    }
}
