package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Lists the images of shards. Not thread-safe; lives on an executor.
 *
 * <p>A corrupt shard causes no exception: all images before the corrupt byte are listed, followed by one reference to
 * the file itself whose problem says from which byte onward it cannot be read. A file without bytes is one such
 * reference, with the status {@code empty}; a file of another format has the status {@code unsupported}; a file that is
 * gone or may not be read has the status {@code unreadable}.
 */
public interface ShardIndex {

    /**
     * Returns the images of a file; the caller closes the iterator.
     *
     * @throws IOException if the store fails
     */
    ImageIterator images(ShardFile file) throws IOException;

    /** Returns an index for shards of one format. */
    static ShardIndex of(ShardFormat format, Configuration configuration, RecordFields fields) {
        return of(format, configuration, fields, List.of());
    }

    /**
     * Returns an index for shards of one format.
     *
     * @param memberExtensions extensions of the members of archives that are images; empty for the usual rule
     */
    static ShardIndex of(
            ShardFormat format, Configuration configuration, RecordFields fields, List<String> memberExtensions) {
        MemberRules rules = MemberRules.of(memberExtensions);
        return switch (format) {
            case TAR ->
                new StreamIndex(
                        configuration,
                        (file, in) -> new ArchiveImages(
                                ShardFormat.TAR,
                                file,
                                in.seekable() ? ImageContainer.TAR : ImageContainer.COMPRESSED_TAR,
                                new TarMembers(in, in.seekable() ? file.length() : Long.MAX_VALUE),
                                rules));
            case ZIP -> new ZipIndex(configuration, rules);
            case TFRECORD -> new StreamIndex(configuration, TfRecordImages::new);
            case PARQUET -> new ParquetIndex(configuration, fields);
        };
    }
}
