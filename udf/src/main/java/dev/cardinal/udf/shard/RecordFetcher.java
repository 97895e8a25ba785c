package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Reads images from shards that are streams of bytes; keeps one shard open. */
final class RecordFetcher implements ImageFetcher {

    /** Reads an image from bytes that begin with it. */
    interface RecordFormat {
        Fetched read(ShardInput in, ImageRef image, int limit) throws IOException;
    }

    private final ShardFormat format;
    private final RecordFormat reader;
    private final CachedShardInput shard;

    RecordFetcher(ShardFormat format, Configuration configuration, RecordFormat reader) {
        this.format = format;
        this.reader = reader;
        this.shard = new CachedShardInput(configuration);
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        try {
            return reader.read(shard.at(image.location()), image, limit);
        } catch (CorruptShardException e) {
            String name =
                    image.path().substring(image.path().lastIndexOf(ShardFormat.MEMBER) + ShardFormat.MEMBER.length());
            throw new CorruptRecordException(format.title() + ": " + name + " at byte "
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
