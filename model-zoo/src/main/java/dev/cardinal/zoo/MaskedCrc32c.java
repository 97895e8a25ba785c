package dev.cardinal.zoo;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A CRC-32C as LevelDB and TensorFlow store it (LevelDB, util/crc32c.h): rotated, with a constant added. Not thread-safe. */
public final class MaskedCrc32c {
    private static final int MASK = 0xa282ead8;
    private static final int ROTATION = 15;

    private final CRC32C crc = new CRC32C();

    /** Takes the first bytes of an array. */
    public void update(byte[] bytes, int count) {
        crc.update(bytes, 0, count);
    }

    /** Takes what remains of a buffer. */
    public void update(ByteBuffer bytes) {
        crc.update(bytes);
    }

    /** The checksum of what was taken so far. */
    public int masked() {
        return Integer.rotateRight((int) crc.getValue(), ROTATION) + MASK;
    }
}
