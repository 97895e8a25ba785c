package dev.cardinal.udf.shard;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;
import shaded.parquet.org.apache.thrift.transport.TTransportException;

/**
 * Reads the Thrift structures of a Parquet file, none of whose strings and lists may be longer than the bytes there are; Parquet's own
 * reader allocates what they claim.
 */
final class ParquetThrift {
    private ParquetThrift() {}

    /** Reads a structure from the next bytes, of which it may take at most so many. */
    static <T extends TBase<?, ?>> T read(T into, ShardInput in, int limit) throws IOException {
        Bytes bytes = new Bytes(in, limit);
        try {
            into.read(new TCompactProtocol(new TIOStreamTransport(bytes), limit, limit));
            return into;
        } catch (TException | RuntimeException e) {
            IOException failure = bytes.failure;
            if (failure != null) {
                throw failure;
            }
            throw new DamageException(
                    "a header is broken" + (e instanceof TTransportException ? "" : ": " + reason(e)));
        } catch (StackOverflowError e) {
            throw new DamageException("a header is nested too deeply");
        }
    }

    /** What is wrong, without the structure that Thrift shows. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).replaceFirst("!? Struct:.*", "");
    }

    /** The bytes as a stream, which remembers why it failed: Thrift would not tell. */
    private static final class Bytes extends InputStream {
        private final ShardInput in;
        private final byte[] one = new byte[1];
        private int left;
        private @Nullable IOException failure;

        Bytes(ShardInput in, int limit) {
            this.in = in;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                int got = in.read(into, offset, Math.min(left, length));
                left -= got;
                return got == 0 && length > 0 ? -1 : got;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }
    }
}
