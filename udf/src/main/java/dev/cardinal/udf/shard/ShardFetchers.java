package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.RecordFields;
import org.apache.hadoop.conf.Configuration;

/** Creates fetchers that read images from shards. */
public final class ShardFetchers {
    private ShardFetchers() {}

    /**
     * Returns a fetcher for images in one kind of container, which the caller closes. It keeps one file open, and is
     * fastest if images are requested in the order of file and position; for an earlier position, a compressed file is
     * read again from its beginning.
     */
    public static ImageFetcher of(ImageContainer container, Configuration configuration, RecordFields fields) {
        return switch (container) {
            case TAR, COMPRESSED_TAR -> new RecordFetcher(ShardFormat.TAR, configuration, new MemberContent());
            case ZIP -> new ZipFetcher(configuration);
            case TFRECORD, COMPRESSED_TFRECORD ->
                new RecordFetcher(ShardFormat.TFRECORD, configuration, new TfRecordContent(fields));
            case PARQUET -> new ParquetFetcher(configuration, fields);
            case FILE -> throw new IllegalArgumentException("an image file is not a shard");
        };
    }
}
