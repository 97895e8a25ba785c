package dev.cardinal.udf.shard;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.RecordFields;
import org.apache.hadoop.conf.Configuration;

/** Makes what reads images out of shards. */
public final class ShardFetchers {
    private ShardFetchers() {}

    /**
     * A fetcher for images in one kind of container, which the caller closes. It keeps one file open, and is quickest where images are
     * asked for in the order of file and position; a compressed file that is asked for an earlier position is read anew.
     */
    public static ImageFetcher of(Container container, Configuration configuration, RecordFields fields) {
        return switch (container) {
            case TAR, TAR_GZ -> new RecordFetcher(ShardFormat.TAR, configuration, new TarContent());
            case TFRECORD, TFRECORD_GZ ->
                new RecordFetcher(ShardFormat.TFRECORD, configuration, new TfRecordContent(fields));
            case PARQUET -> new ParquetFetcher(configuration, fields);
            case FILE -> throw new IllegalArgumentException("a file is no shard");
        };
    }
}
