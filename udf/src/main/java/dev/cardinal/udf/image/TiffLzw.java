package dev.cardinal.udf.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/**
 * Decodes the LZW of TIFF (TIFF 6.0, section 13), and the variant of old writers whose codes begin at the lowest bit.
 * Used once.
 */
final class TiffLzw extends InputStream {

    private static final int CLEAR = 256;
    private static final int END = 257;
    private static final int TABLE_SIZE = 4096;

    private final byte[] bytes;
    private final int end;
    private final boolean lowestBitFirst;

    private final int[] prefix = new int[TABLE_SIZE];
    private final byte[] last = new byte[TABLE_SIZE];
    private final int[] length = new int[TABLE_SIZE];

    private int at;
    private int bitBuffer;
    private int bitCount;
    private int codeBits = 9;
    private int next = END + 1;
    private int previous = -1;
    private boolean ended;

    /** The current string, and how much of it was read. */
    private byte[] string = new byte[TABLE_SIZE];

    private int stringLength;
    private int stringAt;

    TiffLzw(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
        this.lowestBitFirst = length > 1 && bytes[from] == 0 && (bytes[from + 1] & 1) == 1;
        for (int i = 0; i < CLEAR; i++) {
            last[i] = (byte) i;
            this.length[i] = 1;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            if (stringAt == stringLength && !nextString()) {
                break;
            }
            int copied = Math.min(count - done, stringLength - stringAt);
            System.arraycopy(string, stringAt, into, offset + done, copied);
            stringAt += copied;
            done += copied;
        }
        return done == 0 && count > 0 ? -1 : done;
    }

    private boolean nextString() throws IOException {
        int code = nextCode();
        while (code == CLEAR) {
            codeBits = 9;
            next = END + 1;
            previous = -1;
            code = nextCode();
        }
        if (code < 0 || code == END) {
            ended = true;
            return false;
        }
        if (code > next || (previous < 0 && code > CLEAR)) {
            throw new ZipException("invalid LZW code");
        }
        if (previous >= 0 && next < TABLE_SIZE) {
            prefix[next] = previous;
            length[next] = length[previous] + 1;
            last[next] = first(code == next ? previous : code);
            next++;
            // The usual variant grows one code early.
            if (next >= (1 << codeBits) - (lowestBitFirst ? 0 : 1) && codeBits < 12) {
                codeBits++;
            }
        }
        expand(code);
        previous = code;
        return true;
    }

    private byte first(int code) {
        int from = code;
        while (from >= CLEAR) {
            from = prefix[from];
        }
        return (byte) from;
    }

    private void expand(int code) throws IOException {
        if (code >= next && code > END) {
            throw new ZipException("invalid LZW code");
        }
        stringLength = length[code];
        stringAt = 0;
        if (string.length < stringLength) {
            string = new byte[2 * stringLength];
        }
        int from = code;
        for (int i = stringLength - 1; i >= 0; i--) {
            string[i] = last[from];
            from = prefix[from];
        }
    }

    private int nextCode() {
        while (bitCount < codeBits) {
            if (ended || at >= end) {
                return -1;
            }
            int next8 = bytes[at++] & 0xff;
            bitBuffer = lowestBitFirst ? bitBuffer | next8 << bitCount : bitBuffer << 8 | next8;
            bitCount += 8;
        }
        bitCount -= codeBits;
        int mask = (1 << codeBits) - 1;
        if (lowestBitFirst) {
            int code = bitBuffer & mask;
            bitBuffer >>>= codeBits;
            return code;
        }
        int code = bitBuffer >>> bitCount & mask;
        bitBuffer &= (1 << bitCount) - 1;
        return code;
    }
}
