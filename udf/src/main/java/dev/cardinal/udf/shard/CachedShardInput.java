package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageRef.Location;
import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Keeps the shard that was read last open for the next images in it. Closed by its creator; not thread-safe. */
final class CachedShardInput implements Closeable {
    private final Configuration configuration;
    private @Nullable Location opened;
    private @Nullable ShardInput input;

    CachedShardInput(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Returns the shard's bytes from a position on; reopens a compressed shard for an earlier position. */
    ShardInput at(Location location) throws IOException {
        ShardInput in = input(location);
        if (!in.moveTo(location.position())) {
            throw new CorruptShardException("unexpected end of file before this position");
        }
        return in;
    }

    private ShardInput input(Location location) throws IOException {
        ShardInput in = input;
        boolean same =
                opened != null && opened.file().equals(location.file()) && opened.container() == location.container();
        if (in != null && same && (in.seekable() || in.position() <= location.position())) {
            return in;
        }
        close();
        HadoopInput file = HadoopInput.open(configuration, location.file(), HadoopInput.Access.SEQUENTIAL);
        in = file;
        if (!location.container().isSplittable()) {
            try {
                in = decompressed(file);
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        }
        input = in;
        opened = location;
        return in;
    }

    private static ShardInput decompressed(HadoopInput file) throws IOException {
        byte[] head = file.read(Compression.HEAD);
        file.moveTo(0);
        return CompressedInput.of(Compression.detect(head, head.length), file);
    }

    /** Closes the shard; the next request opens one again. */
    @Override
    public void close() throws IOException {
        ShardInput in = input;
        input = null;
        opened = null;
        if (in != null) {
            in.close();
        }
    }
}
