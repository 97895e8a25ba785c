package dev.cardinal.udf.image;

import java.nio.charset.StandardCharsets;

/**
 * Integers read from an encoded file at absolute offsets; reading past the end is a {@link BadImageException}.
 *
 * @param bytes the whole file
 */
@SuppressWarnings("ArrayRecordComponent") // a view, never compared
record ByteView(byte[] bytes) {

    int length() {
        return bytes.length;
    }

    /** Fails unless bytes up to (not including) {@code end} exist. */
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

    /** Whether the ASCII text stands at an offset. */
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
