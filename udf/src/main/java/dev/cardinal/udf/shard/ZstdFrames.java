package dev.cardinal.udf.shard;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Fails at the end of Zstandard data if their last frame is incomplete: zstd-jni does not notice if a file ends within its
 * second frame. Follows only the lengths of frames and blocks.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8878#section-3.1">RFC 8878, 3.1</a>
 */
final class ZstdFrames extends FilterInputStream {
    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a50;
    private static final int[] DICTIONARY_BYTES = {0, 1, 2, 4};
    private static final int[] SIZE_BYTES = {0, 2, 4, 8};
    private static final int RLE = 1;

    /** The meaning of the next bytes. */
    private enum Next {
        MAGIC(4),
        SKIPPABLE_LENGTH(4),
        DESCRIPTOR(1),
        BLOCK(3);

        private final int bytes;

        Next(int bytes) {
            this.bytes = bytes;
        }
    }

    private Next next = Next.MAGIC;
    private int value;
    private int filled;
    private long content;
    private boolean hasChecksum;

    ZstdFrames(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int got = in.read(into, offset, length);
        if (got < 0 && !(next == Next.MAGIC && filled == 0 && content == 0)) {
            throw new EOFException();
        }
        int at = 0;
        while (at < got) {
            int skipped = (int) Math.min(content, got - at);
            content -= skipped;
            at += skipped;
            if (at < got) {
                value |= (into[offset + at++] & 0xff) << (8 * filled++);
                if (filled == next.bytes) {
                    follow();
                }
            }
        }
        return got;
    }

    private void follow() throws IOException {
        int complete = value;
        value = 0;
        filled = 0;
        switch (next) {
            case MAGIC -> {
                boolean isSkippable = (complete & ~0xf) == SKIPPABLE;
                if (complete != MAGIC && !isSkippable) {
                    throw new CorruptShardException("invalid data after the end of the Zstandard stream");
                }
                next = isSkippable ? Next.SKIPPABLE_LENGTH : Next.DESCRIPTOR;
            }
            case SKIPPABLE_LENGTH -> {
                content = complete & 0xffffffffL;
                next = Next.MAGIC;
            }
            case DESCRIPTOR -> {
                boolean isSingle = (complete & 0x20) != 0;
                int size = SIZE_BYTES[complete >> 6];
                hasChecksum = (complete & 4) != 0;
                content = (long) DICTIONARY_BYTES[complete & 3] + (isSingle ? Math.max(1, size) : 1 + size);
                next = Next.BLOCK;
            }
            case BLOCK -> {
                boolean isLast = (complete & 1) != 0;
                content = ((complete >> 1) & 3) == RLE ? 1 : complete >> 3;
                content += isLast && hasChecksum ? Integer.BYTES : 0;
                next = isLast ? Next.MAGIC : Next.BLOCK;
            }
        }
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 1 << 16)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
