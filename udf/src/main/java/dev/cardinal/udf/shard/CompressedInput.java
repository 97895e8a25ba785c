package dev.cardinal.udf.shard;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * The uncompressed bytes of a compressed file, which can only be read forward. Once data are corrupt, every read fails again; a
 * failure of the store passes through unchanged. Closes its input; not thread-safe.
 */
abstract class CompressedInput implements ShardInput {
    private static final int BUFFER = 1 << 16;

    /** Number of bytes that distinguish a compression from the headers of a TFRecord file and a tar archive. */
    private static final int HEAD = TarHeader.BLOCK;

    private final HadoopInput file;
    private final ShardInputStream compressed;
    private long position;
    private @Nullable CorruptShardException corrupt;

    CompressedInput(HadoopInput file) {
        this.file = file;
        this.compressed = new ShardInputStream(file, Long.MAX_VALUE);
    }

    /** Opens the uncompressed bytes of a file, which may be compressed. */
    static ShardInput open(Configuration configuration, String path) throws IOException {
        HadoopInput file = HadoopInput.open(configuration, path, HadoopInput.Access.SEQUENTIAL);
        try {
            byte[] head = new byte[HEAD];
            int length = file.read(head, 0, HEAD);
            file.moveTo(0);
            boolean isPlain = TfRecords.isHeader(head, length) || TarHeader.isHeader(head, length);
            return isPlain ? file : of(Compression.detect(head, length), file);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** Opens the uncompressed bytes of a file that is compressed in this way. */
    static ShardInput of(Compression compression, HadoopInput file) {
        return switch (compression) {
            case NONE -> file;
            case GZIP -> new GunzipInput(file);
            case BZIP2, XZ, ZSTD -> new OneStream(compression, file);
        };
    }

    /** Returns the bytes of the file. */
    final ShardInputStream compressed() {
        return compressed;
    }

    /** Reads until the range is full or the bytes end; returns the number of bytes read. */
    abstract int decompress(byte[] into, int offset, int length) throws IOException;

    @Override
    public final long position() {
        return position;
    }

    @Override
    public final int read(byte[] into, int offset, int length) throws IOException {
        if (corrupt != null) {
            throw corrupt;
        }
        try {
            int got = decompress(into, offset, length);
            position += got;
            return got;
        } catch (IOException | RuntimeException e) {
            if (compressed.failure() != null) {
                throw e;
            }
            corrupt = corrupt(e instanceof IOException io ? io : new IOException(e.getMessage(), e));
            throw corrupt;
        }
    }

    /** Converts the failure of a decompressor. */
    CorruptShardException corrupt(IOException failure) {
        if (failure instanceof CorruptShardException already) {
            return already;
        }
        String reason = failure instanceof EOFException ? null : failure.getMessage();
        return new CorruptShardException(reason == null ? "unexpected end of the compressed stream" : reason);
    }

    /** Decompresses the bytes up to the target. */
    @Override
    public final boolean moveTo(long target) throws IOException {
        if (target < position) {
            throw new IllegalArgumentException("cannot move back from byte " + position + " to byte " + target);
        }
        byte[] discarded = new byte[(int) Math.min(BUFFER, target - position)];
        while (position < target) {
            int wanted = (int) Math.min(discarded.length, target - position);
            if (read(discarded, 0, wanted) < wanted) {
                return false;
            }
        }
        return true;
    }

    @Override
    public final boolean seekable() {
        return false;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** A file that a library decompresses as one stream. */
    private static final class OneStream extends CompressedInput {
        private final Compression compression;
        private @Nullable InputStream stream;

        OneStream(Compression compression, HadoopInput file) {
            super(file);
            this.compression = compression;
        }

        @Override
        int decompress(byte[] into, int offset, int length) throws IOException {
            InputStream open = stream;
            if (open == null) {
                open = compression.decompress(new BufferedInputStream(compressed(), BUFFER));
                stream = open;
            }
            return open.readNBytes(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            InputStream open = stream;
            if (open != null) {
                open.close();
            }
            super.close();
        }
    }
}
