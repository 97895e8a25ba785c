package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageRef.Location;
import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** The shard that was read last, kept open for what follows in it. Whoever makes it closes it; not thread-safe. */
final class OpenShard implements Closeable {
    private final Configuration configuration;
    private @Nullable Location opened;
    private @Nullable ShardInput input;

    OpenShard(Configuration configuration) {
        this.configuration = configuration;
    }

    /** The shard's bytes from a position on; a compressed one is opened anew for a position that it has left behind. */
    ShardInput at(Location location) throws IOException {
        ShardInput in = input(location);
        if (!in.moveTo(location.position())) {
            throw new DamageException("it ends before");
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
        StoreInput store = StoreInput.open(configuration, location.file(), StoreInput.Access.SEQUENTIAL);
        in = location.container().splits() ? store : new GunzipInput(store);
        input = in;
        opened = location;
        return in;
    }

    /** Closes the shard; one that is asked for next is opened. */
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
