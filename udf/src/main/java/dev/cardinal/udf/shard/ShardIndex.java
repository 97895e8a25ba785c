package dev.cardinal.udf.shard;

import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/**
 * Lists what shards hold. Lives on an executor; not thread-safe.
 *
 * <p>Damage is no exception: every image before it is listed, and then one reference to the file itself whose problem says from which byte
 * on it cannot be read. A file without bytes is one such reference, with the status {@code empty}; one that is of another format,
 * {@code unsupported}; one that is gone or must not be read, {@code unreadable}.
 */
public interface ShardIndex {

    /**
     * The images of a file, which the caller closes.
     *
     * @throws IOException if the store fails
     */
    ImageIterator images(ShardFile file) throws IOException;

    /** An index of shards of one format. */
    static ShardIndex of(ShardFormat format, Configuration configuration, RecordFields fields) {
        return switch (format) {
            case TAR -> new StreamIndex(configuration, TarImages::new);
            case TFRECORD -> new StreamIndex(configuration, TfRecordImages::new);
            case PARQUET -> new ParquetIndex(configuration, fields);
        };
    }
}
