package dev.cardinal.udf.image;

/**
 * Reads the pixels of a GIF image: variable-length LZW codes in sub-blocks (GIF89a specification, appendix F), with the
 * leniencies of Pillow's decoder. Not thread-safe.
 */
final class GifLzw {

    private static final int MAX_BITS = 12;
    private static final int TABLE_SIZE = 1 << MAX_BITS;

    /**
     * The longest string of the table has fewer pixels than the table has codes, and a code takes three bits or more.
     */
    static final long MAX_PIXELS_PER_BYTE = TABLE_SIZE * 8L / 3;

    private final byte[] last = new byte[TABLE_SIZE];
    private final short[] prefix = new short[TABLE_SIZE];

    /** Pixels of the current code, from {@code pendingAt} to the end. */
    private final byte[] pending = new byte[TABLE_SIZE + 1];

    private int pendingAt;

    private ByteView file = new ByteView(new byte[0]);
    private long at;
    private int blockLeft;
    private boolean ended;
    private int bitBuffer;
    private int bitCount;

    private int minimumBits;
    private int codeBits;
    private int next;
    private int previous;

    /** Starts an image. Its data begin at the offset, with the minimum code size. */
    void start(ByteView source, long dataAt) throws BadImageException {
        file = source;
        at = dataAt + 1;
        minimumBits = source.u8(dataAt);
        if (minimumBits > MAX_BITS) {
            throw new BadImageException("corrupt data: invalid LZW code size " + minimumBits);
        }
        blockLeft = 0;
        ended = false;
        bitBuffer = 0;
        bitCount = 0;
        pendingAt = pending.length;
        clear();
    }

    /** Reads palette indices; returns how many there were before the data end. */
    int read(byte[] into, int count) throws BadImageException {
        int done = 0;
        while (done < count) {
            if (pendingAt == pending.length && !expandNextCode()) {
                break;
            }
            int length = Math.min(count - done, pending.length - pendingAt);
            System.arraycopy(pending, pendingAt, into, done, length);
            pendingAt += length;
            done += length;
        }
        return done;
    }

    private void clear() {
        codeBits = minimumBits + 1;
        next = (1 << minimumBits) + 2;
        previous = -1;
    }

    private boolean expandNextCode() throws BadImageException {
        int clear = 1 << minimumBits;
        int code = nextCode();
        while (code == clear) {
            clear();
            code = nextCode();
        }
        if (code < 0 || code == clear + 1) {
            ended = true;
            return false;
        }
        if (code > (previous < 0 ? clear : next)) {
            throw new BadImageException("corrupt data: invalid LZW code at byte " + at);
        }
        if (previous < 0) {
            pending[--pendingAt] = (byte) code;
            previous = code;
            return true;
        }
        expand(code, clear);
        return true;
    }

    /** Expands a code into {@code pending}, from its end, and adds a code to the table. */
    private void expand(int code, int clear) throws BadImageException {
        int from = code;
        if (code == next) {
            // The code that is about to be added: the previous string and its own first pixel.
            pendingAt--;
            from = previous;
        }
        while (from >= clear) {
            if (pendingAt <= 0 || from >= TABLE_SIZE) {
                throw new BadImageException("corrupt data: invalid LZW code at byte " + at);
            }
            pending[--pendingAt] = last[from];
            from = prefix[from];
        }
        pending[--pendingAt] = (byte) from;
        if (code == next) {
            pending[pending.length - 1] = (byte) from;
        }
        if (next < TABLE_SIZE) {
            last[next] = (byte) from;
            prefix[next] = (short) previous;
            if (next == (1 << codeBits) - 1 && codeBits < MAX_BITS) {
                codeBits++;
            }
            next++;
        }
        previous = code;
    }

    /** Returns the next code, -1 if the data end. A truncated sub-block is not read, as in Pillow. */
    private int nextCode() throws BadImageException {
        while (bitCount < codeBits) {
            if (ended) {
                return -1;
            }
            if (blockLeft == 0) {
                blockLeft = at < file.length() ? file.u8(at++) : 0;
                if (blockLeft == 0 || at + blockLeft > file.length()) {
                    ended = true;
                }
                continue;
            }
            bitBuffer |= file.u8(at++) << bitCount;
            bitCount += 8;
            blockLeft--;
        }
        int code = bitBuffer & ((1 << codeBits) - 1);
        bitBuffer >>>= codeBits;
        bitCount -= codeBits;
        return code;
    }
}
