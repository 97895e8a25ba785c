package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes in a file that one or more tensors share, with its checksum where the container keeps one.
 *
 * <p>Not thread-safe: it remembers that it was verified.
 */
final class StoredBytes {
    private final long offset;
    private final long length;
    private final ByteOrder order;
    private final @Nullable Long crc32;
    private boolean verified;

    StoredBytes(long offset, long length, ByteOrder order, @Nullable Long crc32) {
        this.offset = offset;
        this.length = length;
        this.order = order;
        this.crc32 = crc32;
    }

    /** Offset of the first byte in the file. */
    long offset() {
        return offset;
    }

    long length() {
        return length;
    }

    ByteOrder order() {
        return order;
    }

    /** The same bytes, of numbers in another order. */
    StoredBytes withOrder(ByteOrder other) {
        return new StoredBytes(offset, length, other, crc32);
    }

    /**
     * Compares the checksum, the first time it is called.
     *
     * @throws CardinalException if the bytes are not those that were written
     */
    void verify(MappedFile file) {
        if (verified) {
            return;
        }
        if (crc32 != null) {
            long actual = file.crc32(offset, length);
            if (actual != crc32) {
                throw file.origin()
                        .damaged(offset, String.format("CRC-32 of %d bytes is %08x, not %08x", length, actual, crc32));
            }
        }
        verified = true;
    }
}
