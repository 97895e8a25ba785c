package dev.cardinal.udf.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * The uncompressed bytes of a shard.
 *
 * <p>Reading and moving throw {@link CorruptShardException} if compressed data are corrupt, {@link
 * dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException} if the file is unavailable, and other {@link
 * IOException}s if the store fails; after those, the input can only be closed. Not thread-safe.
 */
interface ShardInput extends Closeable {

    /** Returns the position of the next byte to be read, from 0. */
    long position();

    /** Reads until the range is full or the bytes end; returns the number of bytes read. */
    int read(byte[] into, int offset, int length) throws IOException;

    /** Reads that many bytes, or fewer if the bytes end; allocates memory as the bytes arrive. */
    default byte[] read(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, CHUNK)];
        int filled = 0;
        while (true) {
            filled += read(bytes, filled, bytes.length - filled);
            if (filled < bytes.length) {
                return Arrays.copyOf(bytes, filled);
            }
            if (filled == length) {
                return bytes;
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 4L * bytes.length));
        }
    }

    /**
     * Moves to another byte, without reading the bytes in between if the file allows it.
     *
     * @return whether the byte exists; if false, the bytes end before it, or may end before it
     */
    boolean moveTo(long position) throws IOException;

    /** Returns whether it is possible to move to an earlier byte too. */
    boolean seekable();

    /** Bytes of memory that are allocated before any byte has arrived. */
    int CHUNK = 1 << 20;
}
