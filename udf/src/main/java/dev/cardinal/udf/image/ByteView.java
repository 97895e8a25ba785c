package dev.cardinal.udf.image;

import java.nio.charset.StandardCharsets;

/**
 * Reads integers from an encoded file at absolute offsets; reading past the end throws {@link BadImageException}.
 *
 * @param bytes the whole file
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
record ByteView(byte[] bytes) {

    int length() {
        return bytes.length;
    }

    /** Checks that the file has bytes up to (not including) {@code end}. */
    void require(long end) throws BadImageException {
        if (end > bytes.length) {
            throw BadImageException.prematureEnd(bytes.length);
        }
    }

    int u8(long offset) throws BadImageException {
        if (offset < 0 || offset >= bytes.length) {
            throw BadImageException.prematureEnd(bytes.length);
        }
        return bytes[(int) offset] & 0xff;
    }

    int u16be(long offset) throws BadImageException {
        return u8(offset) << 8 | u8(offset + 1);
    }

    int u16le(long offset) throws BadImageException {
        return u8(offset) | u8(offset + 1) << 8;
    }

    int i32be(long offset) throws BadImageException {
        return u16be(offset) << 16 | u16be(offset + 2);
    }

    int i32le(long offset) throws BadImageException {
        return u16le(offset) | u16le(offset + 2) << 16;
    }

    long u32be(long offset) throws BadImageException {
        return i32be(offset) & 0xffff_ffffL;
    }

    long u32le(long offset) throws BadImageException {
        return i32le(offset) & 0xffff_ffffL;
    }

    /** Returns up to {@code length} bytes at an offset as Latin-1 text; less if the file ends. */
    String ascii(int offset, int length) {
        int from = Math.min(offset, bytes.length);
        return new String(bytes, from, Math.min(length, bytes.length - from), StandardCharsets.ISO_8859_1);
    }

    /** Returns whether an ASCII text is at an offset. */
    boolean hasAscii(long offset, String text) {
        return hasBytes(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private boolean hasBytes(long offset, byte[] expected) {
        if (offset < 0 || offset + expected.length > bytes.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[(int) offset + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
