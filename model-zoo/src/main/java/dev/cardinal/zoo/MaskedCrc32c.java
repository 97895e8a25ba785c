package dev.cardinal.zoo;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A CRC-32C as LevelDB and TensorFlow store it: rotated, plus a constant (LevelDB, util/crc32c.h). Not thread-safe. */
public final class MaskedCrc32c {
    private static final int MASK = 0xa282ead8;
    private static final int ROTATION = 15;

    private final CRC32C crc = new CRC32C();

    /** Adds the first {@code count} bytes of an array. */
    public void update(byte[] bytes, int count) {
        crc.update(bytes, 0, count);
    }

    /** Adds the remaining bytes of a buffer. */
    public void update(ByteBuffer bytes) {
        crc.update(bytes);
    }

    /** Returns the checksum of all bytes added so far. */
    public int masked() {
        return Integer.rotateRight((int) crc.getValue(), ROTATION) + MASK;
    }
}
