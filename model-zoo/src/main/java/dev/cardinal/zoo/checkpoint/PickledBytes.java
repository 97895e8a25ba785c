package dev.cardinal.zoo.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in a pickle: a range of the file, or a short string whose characters are the bytes. Protocol 2 stores bytes as a
 * string, that is as the UTF-8 form of their Latin-1 characters. Immutable.
 *
 * @param offset offset of the first stored byte in the file
 * @param length number of stored bytes
 * @param utf8 whether each byte is stored as the UTF-8 form of a Latin-1 character
 * @param text the string, if it is not read from the file
 */
record PickledBytes(
        long offset, long length, boolean utf8, @Nullable String text) {

    static PickledBytes of(long offset, long length) {
        return new PickledBytes(offset, length, false, null);
    }

    static PickledBytes ofUtf8(long offset, long length) {
        return new PickledBytes(offset, length, true, null);
    }

    static PickledBytes of(String text) {
        return new PickledBytes(0, text.length(), false, text);
    }

    /** Returns whether the bytes are a plain range of the file. */
    boolean isRange() {
        return text == null && !utf8;
    }

    /** Returns whether this can be {@code count} bytes; {@link #load} determines the exact number. */
    boolean canHold(long count) {
        return utf8 ? count <= length && length / 2 <= count : count == length;
    }

    /** Returns the bytes. They must fit into an array. */
    byte[] load(MappedFile file) {
        if (text != null) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
        byte[] stored = new byte[Math.toIntExact(length)];
        file.read(offset, stored, 0, stored.length);
        return utf8 ? decode(stored, file) : stored;
    }

    private byte[] decode(byte[] stored, MappedFile file) {
        int out = 0;
        for (int in = 0; in < stored.length; in++) {
            int lead = stored[in];
            if (lead < 0) {
                boolean latin1 = (lead & 0xfe) == 0xc2 && in + 1 < stored.length && (stored[in + 1] & 0xc0) == 0x80;
                if (!latin1) {
                    throw file.errors().corrupt(offset + in, "the text is not Latin-1 in UTF-8");
                }
                lead = (lead << 6) | (stored[++in] & 0x3f);
            }
            stored[out++] = (byte) lead;
        }
        return Arrays.copyOf(stored, out);
    }
}
