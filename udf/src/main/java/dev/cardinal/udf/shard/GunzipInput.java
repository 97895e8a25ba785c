package dev.cardinal.udf.shard;

import java.io.BufferedInputStream;
import java.io.IOException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed bytes of a gzip file (RFC 1952). All members are read, one after the other, and the CRC and the
 * length of each are checked.
 *
 * <p>Zeros after the last member are padding; anything else there is corrupt data, after which every read fails again.
 * A failure of the store passes through unchanged. Closes its input; not thread-safe.
 */
final class GunzipInput extends CompressedInput {
    private static final int BUFFER = 1 << 16;

    /** Largest member header, in bytes; without a limit the library would load file names of any length into memory. */
    private static final int MAX_HEADER = 1 << 20;

    private final ShardInputStream compressed;
    private final BufferedInputStream buffered;
    private @Nullable GzipCompressorInputStream member;

    GunzipInput(HadoopInput file) {
        super(file);
        this.compressed = compressed();
        this.buffered = new BufferedInputStream(compressed, BUFFER);
    }

    /** Returns whether these are the first bytes of a gzip file. */
    static boolean startsWith(byte[] bytes, int length) {
        return length >= 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    }

    @Override
    int decompress(byte[] into, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            GzipCompressorInputStream open = member == null ? openMember() : member;
            member = open;
            if (open == null) {
                return done;
            }
            int got = open.read(into, offset + done, length - done);
            if (got < 0) {
                member = null;
            } else {
                done += got;
            }
        }
        return done;
    }

    /** Opens the next member; returns null if only padding is left. */
    private @Nullable GzipCompressorInputStream openMember() throws IOException {
        buffered.mark(2);
        byte[] magic = buffered.readNBytes(2);
        buffered.reset();
        if (startsWith(magic, magic.length)) {
            compressed.limit(MAX_HEADER);
            GzipCompressorInputStream opened = new GzipCompressorInputStream(buffered);
            compressed.limit(Long.MAX_VALUE);
            return opened;
        }
        for (int next = buffered.read(); next >= 0; next = buffered.read()) {
            if (next != 0) {
                throw new CorruptShardException("invalid data after the end of the gzip stream");
            }
        }
        return null;
    }

    @Override
    CorruptShardException corrupt(IOException failure) {
        return compressed.isAtLimit()
                ? new CorruptShardException("a gzip header has more than " + MAX_HEADER + " bytes")
                : super.corrupt(failure);
    }

    @Override
    public void close() throws IOException {
        if (member != null) {
            member.close();
        }
        super.close();
    }
}
