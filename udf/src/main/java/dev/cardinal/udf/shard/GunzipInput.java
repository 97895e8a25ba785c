package dev.cardinal.udf.shard;

import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a gzip file (RFC 1952) holds: of all its members one after the other, each checked against its CRC and length.
 *
 * <p>Zeros after the last member are padding; anything else there is damage.
 */
final class GunzipInput implements ShardInput {
    private static final int FLAG_CRC = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;
    private static final int DEFLATE = 8;
    private static final int BUFFER = 1 << 16;

    private final StoreInput compressed;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int filled;
    private long position;
    private boolean inMember;
    private boolean ended;
    private @Nullable DamageException broken;

    GunzipInput(StoreInput compressed) {
        this.compressed = compressed;
    }

    /** Whether these are the first bytes of a gzip file. */
    static boolean startsWith(byte[] bytes, int length) {
        return length >= 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (broken != null) {
            throw broken;
        }
        try {
            return decompress(into, offset, length);
        } catch (DamageException e) {
            broken = e;
            throw e;
        }
    }

    private int decompress(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length && (inMember || openMember())) {
            int got = inflate(into, offset + done, length - done);
            done += got;
            position += got;
            if (inflater.finished()) {
                closeMember();
            } else if (got == 0 && inflater.needsInput()) {
                feed();
            } else if (got == 0) {
                throw new DamageException("the gzip data ask for a dictionary");
            }
        }
        return done;
    }

    private int inflate(byte[] into, int offset, int length) throws DamageException {
        try {
            int got = inflater.inflate(into, offset, length);
            crc.update(into, offset, got);
            return got;
        } catch (DataFormatException e) {
            throw new DamageException("the gzip data are broken: " + e.getMessage());
        }
    }

    private void feed() throws IOException {
        if (!fill()) {
            throw cut();
        }
        inflater.setInput(buffer, 0, filled);
        next = filled;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = compressed.read(buffer, 0, BUFFER);
        return filled > 0;
    }

    private boolean openMember() throws IOException {
        if (ended || !openHeader()) {
            ended = true;
            return false;
        }
        inMember = true;
        crc.reset();
        inflater.reset();
        inflater.setInput(buffer, next, filled - next);
        next = filled;
        return true;
    }

    private boolean openHeader() throws IOException {
        int first = nextOrEnd();
        if (first < 0) {
            return false;
        }
        if (first == 0) {
            return skipPadding();
        }
        if (first != 0x1f || need() != 0x8b) {
            throw new DamageException("what follows the gzip data is none");
        }
        if (need() != DEFLATE) {
            throw new DamageException("the gzip data are compressed by no known method");
        }
        int flags = need();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw new DamageException("the gzip header has unknown flags");
        }
        skip(6);
        if ((flags & FLAG_EXTRA) != 0) {
            skip(need() | need() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_CRC) != 0) {
            skip(2);
        }
        return true;
    }

    private boolean skipPadding() throws IOException {
        int padding = 0;
        while (padding == 0) {
            padding = nextOrEnd();
        }
        if (padding > 0) {
            throw new DamageException("what follows the gzip data is none");
        }
        return false;
    }

    private void closeMember() throws IOException {
        next = filled - inflater.getRemaining();
        long expectedCrc = need4();
        long expectedLength = need4();
        if (expectedCrc != crc.getValue()) {
            throw new DamageException("the gzip data's checksum is wrong");
        }
        if (expectedLength != (inflater.getBytesWritten() & 0xffffffffL)) {
            throw new DamageException("the gzip data's length is wrong");
        }
        inMember = false;
    }

    private int nextOrEnd() throws IOException {
        if (next == filled && !fill()) {
            return -1;
        }
        return buffer[next++] & 0xff;
    }

    private int need() throws IOException {
        int value = nextOrEnd();
        if (value < 0) {
            throw cut();
        }
        return value;
    }

    private long need4() throws IOException {
        return need() | need() << 8 | need() << 16 | (long) need() << 24;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            need();
        }
    }

    private void skipText() throws IOException {
        int character = need();
        while (character != 0) {
            character = need();
        }
    }

    private static DamageException cut() {
        return new DamageException("the gzip data end too early");
    }

    /** Decompresses what lies between. */
    @Override
    public boolean moveTo(long target) throws IOException {
        if (target < position) {
            throw new IllegalArgumentException("byte " + target + " lies behind byte " + position);
        }
        byte[] discarded = new byte[(int) Math.min(BUFFER, target - position)];
        while (position < target) {
            int wanted = (int) Math.min(discarded.length, target - position);
            if (read(discarded, 0, wanted) < wanted) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean seekable() {
        return false;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        compressed.close();
    }
}
