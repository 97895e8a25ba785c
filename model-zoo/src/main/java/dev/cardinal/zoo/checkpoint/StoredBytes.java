package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A range of bytes in a file that one or more tensors use, with a checksum if the format has one. Not thread-safe,
 * because it records that it was verified.
 */
final class StoredBytes {
    private final long offset;
    private final long length;
    private final ByteOrder order;
    private final @Nullable Long crc32;
    private final byte @Nullable [] content;
    private boolean verified;

    StoredBytes(long offset, long length, ByteOrder order, @Nullable Long crc32) {
        this.offset = offset;
        this.length = length;
        this.order = order;
        this.crc32 = crc32;
        this.content = null;
    }

    /** Creates bytes that are in memory and not a range of the file. */
    StoredBytes(byte[] content, ByteOrder order) {
        this.offset = 0;
        this.length = content.length;
        this.order = order;
        this.crc32 = null;
        this.content = content;
    }

    /** Returns the offset of the first byte in the file. */
    long offset() {
        return offset;
    }

    long length() {
        return length;
    }

    ByteOrder order() {
        return order;
    }

    /** Returns the same range with another byte order. */
    StoredBytes withOrder(ByteOrder other) {
        return new StoredBytes(offset, length, other, crc32);
    }

    /** Copies bytes, which must be inside the range, into an array. */
    void read(MappedFile file, long position, byte[] into, int at, int count) {
        if (content == null) {
            file.read(offset + position, into, at, count);
        } else {
            System.arraycopy(content, Math.toIntExact(position), into, at, count);
        }
    }

    /** Compares the checksum at the first call; throws {@link CardinalException} if it differs. */
    void verify(MappedFile file) {
        if (verified) {
            return;
        }
        if (crc32 != null) {
            long actual = file.crc32(offset, length);
            if (actual != crc32 && crc32 == 0) {
                throw file.errors()
                        .refused(
                                offset,
                                "the file was saved without the numbers of its tensors"
                                        + " (torch.serialization.skip_data), or is corrupt",
                                "save it with torch.save alone");
            }
            if (actual != crc32) {
                throw file.errors()
                        .corrupt(
                                offset,
                                String.format(
                                        Locale.ROOT, "CRC-32 of %d bytes is %08x, not %08x", length, actual, crc32));
            }
        }
        verified = true;
    }
}
