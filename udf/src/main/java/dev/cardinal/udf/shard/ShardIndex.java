package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Lists the images of shards of one format. Not thread-safe; lives on an executor.
 *
 * <p>A corrupt shard causes no exception: all images before the corrupt byte are listed, followed by one reference to
 * the file itself whose problem says from which byte onward it cannot be read. A file without bytes is one such
 * reference, with the status {@code empty}; a file of another format has the status {@code unsupported}; a file that is
 * gone or may not be read has the status {@code unreadable}.
 */
public final class ShardIndex {
    private final ShardFormat format;
    private final Configuration configuration;
    private final RecordFields fields;
    private final MemberRules rules;

    private ShardIndex(ShardFormat format, Configuration configuration, RecordFields fields, MemberRules rules) {
        this.format = format;
        this.configuration = configuration;
        this.fields = fields;
        this.rules = rules;
    }

    /** Returns an index for shards of one format. */
    public static ShardIndex of(ShardFormat format, Configuration configuration, RecordFields fields) {
        return of(format, configuration, fields, List.of());
    }

    /**
     * Returns an index for shards of one format.
     *
     * @param memberExtensions extensions of the members of archives that are images; empty for the usual rule
     */
    public static ShardIndex of(
            ShardFormat format, Configuration configuration, RecordFields fields, List<String> memberExtensions) {
        return new ShardIndex(format, configuration, fields, MemberRules.of(memberExtensions));
    }

    /**
     * Returns the images of a file; the caller closes the iterator.
     *
     * @throws IOException if the store fails
     */
    public ImageIterator images(ShardFile file) throws IOException {
        if (file.length() == 0) {
            return new SingleProblemIterator(file.problem(Status.EMPTY, "no bytes"));
        }
        try {
            return switch (format) {
                case TAR -> tarImages(file);
                case ZIP -> new ArchiveImages(format, file, ImageContainer.ZIP, zipMembers(file), rules);
                case TFRECORD -> new TfRecordImages(file, CompressedInput.open(configuration, file.path()));
                case PARQUET -> new ParquetImages(file, configuration, fields);
            };
        } catch (UnreadableImageException e) {
            return new SingleProblemIterator(file.problem(Status.UNREADABLE, String.valueOf(e.getMessage())));
        }
    }

    private ImageIterator tarImages(ShardFile file) throws IOException {
        ShardInput in = CompressedInput.open(configuration, file.path());
        return new ArchiveImages(
                format,
                file,
                in.seekable() ? ImageContainer.TAR : ImageContainer.COMPRESSED_TAR,
                new TarMembers(in, in.seekable() ? file.length() : Long.MAX_VALUE),
                rules);
    }

    private ZipMembers zipMembers(ShardFile file) throws IOException {
        HadoopInput entries = openZip(file);
        try {
            return new ZipMembers(entries, openZip(file), file.length());
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    private HadoopInput openZip(ShardFile file) throws IOException {
        return HadoopInput.open(configuration, file.path(), HadoopInput.Access.RANDOM);
    }
}
