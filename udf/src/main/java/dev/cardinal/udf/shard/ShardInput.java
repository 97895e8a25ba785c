package dev.cardinal.udf.shard;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * The bytes of a shard, as they are once decompressed.
 *
 * <p>Reading and moving throw {@link DamageException} where compressed data are broken, {@link
 * dev.cardinal.udf.ImageFetcher.UnreadableImageException} where the file is not to be had, and other {@link IOException}s where
 * the store fails, after which it can only be closed. Not thread-safe.
 */
interface ShardInput extends Closeable {

    /** The next byte to be read, from 0. */
    long position();

    /** Reads until the array is full or the bytes end, and says how many were read. */
    int read(byte[] into, int offset, int length) throws IOException;

    /** Reads so many bytes, or fewer where they end; memory is asked for as the bytes come. */
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
     * Moves on to a later byte, without reading what lies between where the file allows.
     *
     * @return whether it is there; otherwise the bytes end before it, or may do so
     */
    boolean moveTo(long position) throws IOException;

    /** Whether an earlier byte can be moved to as well. */
    boolean seekable();

    /** Memory that is asked for before any byte has come. */
    int CHUNK = 1 << 20;
}
