package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.ImageRef;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Reads images out of shards that are streams of bytes, one shard open at a time. */
final class RecordFetcher implements ImageFetcher {

    /** Takes an image out of the bytes that begin with it. */
    interface Format {
        Fetched read(ShardInput in, ImageRef image, int limit) throws IOException;
    }

    private final ShardFormat format;
    private final Format reader;
    private final OpenShard shard;

    RecordFetcher(ShardFormat format, Configuration configuration, Format reader) {
        this.format = format;
        this.reader = reader;
        this.shard = new OpenShard(configuration);
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        try {
            return reader.read(shard.at(image.location()), image, limit);
        } catch (DamageException e) {
            String name = image.path().substring(image.path().lastIndexOf("!/") + 2);
            throw new DamagedRecordException(format.title() + ": " + name + " at byte "
                    + image.location().position() + ": " + e.reason());
        } catch (IOException e) {
            shard.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        shard.close();
    }
}
