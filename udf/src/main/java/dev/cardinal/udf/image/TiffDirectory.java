package dev.cardinal.udf.image;

import java.util.HashMap;
import java.util.Map;

/**
 * An image file directory of a TIFF structure (TIFF 6.0, section 2; BigTIFF), in a TIFF file or an EXIF segment. Only
 * the requested values are read, so that a damaged tag does not matter if nobody needs it.
 */
final class TiffDirectory {

    private static final int BIG_VERSION = 43;
    private static final int BYTE = 1;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int LONG_8 = 16;

    /** Bytes per value for each type; other types are not read. */
    private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

    /** The location of a tag's values. */
    private record TiffField(int type, long count, long at) {}

    private final ByteView file;
    private final boolean bigEndian;
    private boolean cut;
    private final Map<Integer, TiffField> entries = new HashMap<>();

    private TiffDirectory(ByteView file, long base) throws BadImageException {
        this.file = file;
        this.bigEndian = file.u8(base) == 'M';
        boolean big = u16(base + 2) == BIG_VERSION;
        long at = base + (big ? u64(base + 8) : u32(base + 4));
        long count = big ? u64(at) : u16(at);
        if (count < 0 || count > file.length()) {
            throw BadImageException.prematureEnd(file.length());
        }
        int wordBytes = big ? 8 : 4;
        int entryBytes = 4 + 2 * wordBytes;
        for (long i = 0; i < count; i++) {
            long entry = at + (big ? 8 : 2) + i * entryBytes;
            if (entry + entryBytes > file.length()) {
                cut = true;
                return;
            }
            int type = u16(entry + 2);
            long values = word(entry + 4, big);
            long bytes = type < TYPE_BYTES.length ? values * TYPE_BYTES[type] : 0;
            long valueAt = entry + 4 + wordBytes;
            long valuesAt = bytes <= wordBytes ? valueAt : base + word(valueAt, big);
            entries.putIfAbsent(u16(entry), new TiffField(type, values, valuesAt));
        }
    }

    /** Reads the first directory of a TIFF file. */
    static TiffDirectory first(ByteView file) throws BadImageException {
        return new TiffDirectory(file, 0);
    }

    /** Reads the first directory of a TIFF structure that begins at {@code base}. */
    static TiffDirectory first(ByteView file, long base) throws BadImageException {
        return new TiffDirectory(file, base);
    }

    boolean bigEndian() {
        return bigEndian;
    }

    /** Returns whether the file ends within the directory, so that tags may be missing. */
    boolean cut() {
        return cut;
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** Returns the first value of a tag, or {@code otherwise} if it has none. */
    long value(int tag, long otherwise) throws BadImageException {
        TiffField entry = entries.get(tag);
        return entry == null || entry.count() == 0 ? otherwise : value(entry, 0);
    }

    /** Returns the values of a tag; none without the tag. */
    long[] values(int tag) throws BadImageException {
        TiffField entry = entries.get(tag);
        if (entry == null) {
            return new long[0];
        }
        if (entry.count() < 0 || entry.count() > file.length()) {
            throw BadImageException.prematureEnd(file.length());
        }
        long[] values = new long[(int) entry.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(entry, i);
        }
        return values;
    }

    /** Returns the numerators and denominators of a tag's values, in turn. */
    long[] rationals(int tag) throws BadImageException {
        TiffField entry = entries.get(tag);
        if (entry == null || entry.count() < 0 || entry.count() > file.length()) {
            return new long[0];
        }
        long[] values = new long[2 * (int) entry.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = u32(entry.at() + LONG * (long) i);
        }
        return values;
    }

    /** Returns the values of a tag of bytes, empty if they are not in the file. */
    String text(int tag) {
        TiffField entry = entries.get(tag);
        if (entry == null || entry.type() >= TYPE_BYTES.length || TYPE_BYTES[entry.type()] != 1) {
            return "";
        }
        boolean inside = entry.at() >= 0 && entry.count() >= 0 && entry.at() + entry.count() <= file.length();
        return inside ? file.ascii((int) entry.at(), (int) entry.count()) : "";
    }

    private long value(TiffField entry, long index) throws BadImageException {
        int bytes = entry.type() < TYPE_BYTES.length ? TYPE_BYTES[entry.type()] : LONG;
        long at = entry.at() + bytes * index;
        return switch (bytes) {
            case BYTE -> file.u8(at);
            case SHORT - 1 -> u16(at);
            default -> entry.type() >= LONG_8 ? u64(at) : u32(at);
        };
    }

    private long word(long at, boolean big) throws BadImageException {
        return big ? u64(at) : u32(at);
    }

    private int u16(long at) throws BadImageException {
        return bigEndian ? file.u16be(at) : file.u16le(at);
    }

    private long u32(long at) throws BadImageException {
        return bigEndian ? file.u32be(at) : file.u32le(at);
    }

    private long u64(long at) throws BadImageException {
        long first = u32(at);
        long second = u32(at + 4);
        return bigEndian ? first << 32 | second : second << 32 | first;
    }
}
