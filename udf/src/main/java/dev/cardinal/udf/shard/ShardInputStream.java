package dev.cardinal.udf.shard;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The next bytes of a shard as a stream for a library. Ends after a limit, and remembers a failure, because libraries
 * wrap or hide it. Closing it does nothing. Not thread-safe.
 */
final class ShardInputStream extends InputStream {
    private final ShardInput in;
    private final byte[] one = new byte[1];
    private long left;
    private @Nullable IOException failure;

    ShardInputStream(ShardInput in, long limit) {
        this.in = in;
        this.left = limit;
    }

    /** Sets the number of bytes after which the stream ends. */
    void limit(long bytes) {
        left = bytes;
    }

    boolean isAtLimit() {
        return left == 0;
    }

    /** Returns the exception that reading the shard threw, or null if none. */
    @Nullable
    IOException failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            int got = in.read(into, offset, (int) Math.min(left, length));
            left -= got;
            return got == 0 && length > 0 ? -1 : got;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }
}
