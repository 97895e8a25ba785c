package dev.cardinal.udf.shard;

import java.io.IOException;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;
import shaded.parquet.org.apache.thrift.transport.TTransportException;

/**
 * Reads the Thrift structures of a Parquet file and limits their strings and lists to the available bytes; Parquet's
 * own reader allocates whatever size they declare.
 */
final class ParquetThrift {
    private ParquetThrift() {}

    /** Reads a structure from the next bytes, at most {@code limit} of them. */
    static <T extends TBase<?, ?>> T read(T into, ShardInput in, int limit) throws IOException {
        ShardInputStream bytes = new ShardInputStream(in, limit);
        try {
            into.read(new TCompactProtocol(new TIOStreamTransport(bytes), limit, limit));
            return into;
        } catch (TException | RuntimeException e) {
            IOException failure = bytes.failure();
            if (failure != null) {
                throw failure;
            }
            throw new CorruptShardException(
                    "a header is corrupt" + (e instanceof TTransportException ? "" : ": " + reason(e)));
        } catch (StackOverflowError e) {
            throw new CorruptShardException("a header is nested too deeply");
        }
    }

    /** Returns Thrift's message without the structure that it prints. */
    private static String reason(Exception e) {
        return String.valueOf(e.getMessage()).replaceFirst("!? Struct:.*", "");
    }
}
