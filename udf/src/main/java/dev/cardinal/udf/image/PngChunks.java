package dev.cardinal.udf.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Walks the chunks of a PNG file (PNG specification, section 5) that are completely in the file. Not thread-safe. */
final class PngChunks {

    static final int SIGNATURE_BYTES = 8;

    /** Length, type and checksum. */
    static final int FRAME_BYTES = 12;

    private final ByteView file;
    private int at;
    private int length;
    private int following = SIGNATURE_BYTES;

    PngChunks(ByteView file) {
        this.file = file;
    }

    /** Advances to the next chunk; returns false after IEND and if the file ends. A missing checksum is accepted. */
    boolean next() {
        if ((at > 0 && type().equals("IEND")) || !advance()) {
            return false;
        }
        return at + 8L + length <= file.length();
    }

    /** Advances to the next chunk, even if its data reach beyond the end of the file. */
    boolean advance() {
        if (following < 0 || following + 8L > file.length()) {
            return false;
        }
        at = following;
        try {
            length = file.i32be(at);
        } catch (BadImageException e) {
            return false;
        }
        following = length < 0 || at + (long) FRAME_BYTES + length > file.length() ? -1 : at + FRAME_BYTES + length;
        return length >= 0;
    }

    String type() {
        return new String(file.bytes(), at + 4, 4, StandardCharsets.ISO_8859_1);
    }

    int dataAt() {
        return at + 8;
    }

    /** Returns how many bytes of the chunk's data are in the file. */
    int available() {
        return Math.min(length, file.length() - dataAt());
    }

    byte[] data() {
        return Arrays.copyOfRange(file.bytes(), dataAt(), dataAt() + available());
    }
}
