package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.HadoopImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.ImageUris;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.jspecify.annotations.Nullable;

/**
 * Reads the images of Parquet files; keeps one row group of one file open. If a page is corrupt, the rest of its row
 * group is treated as corrupt too.
 */
final class ParquetFetcher implements ImageFetcher {
    private static final int PAGE_SIZE = 1 << 20;

    /** The metadata of the current file. */
    private record FileMetadata(String file, long length, ParquetFooter footer, ColumnMapping mapping) {}

    private final Configuration configuration;
    private final RecordFields fields;
    private final HadoopImageFetcher files;
    private final CodecFactory codecs;
    private @Nullable FileMetadata metadata;
    private @Nullable RowGroupReader group;

    ParquetFetcher(Configuration configuration, RecordFields fields) {
        this.configuration = configuration;
        this.fields = fields;
        this.files = new HadoopImageFetcher(configuration);
        this.codecs = new CodecFactory(configuration, PAGE_SIZE);
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        long row = image.location().position();
        try {
            FileMetadata file = open(image.location().file());
            return fetched(image, group(file, row).read(row, limit), limit);
        } catch (CorruptShardException e) {
            throw new CorruptRecordException("Parquet: row " + row + ": " + e.reason());
        } catch (IOException e) {
            closeFile();
            throw e;
        }
    }

    private Fetched fetched(ImageRef image, RowGroupReader.Values row, int limit) throws IOException {
        if (row.encoded() != null) {
            return new Fetched(row.encoded(), row.key(), row.truth(), row.kept());
        }
        if (row.file() == null) {
            return withProblem(row, Status.EMPTY, "the image is null");
        }
        try {
            Path directory = new Path(image.location().file()).getParent();
            Path file = ImageUris.resolve(directory, row.file(), configuration);
            ImageRef reference = ImageRef.file(file.toString(), 0, image.modifiedMillis(), null);
            return new Fetched(files.fetch(reference, limit).encoded(), row.key(), row.truth(), row.kept());
        } catch (UnsupportedFileSystemException e) {
            return onlyPath(row, "Cardinal and Hadoop know no such store; store the images' bytes in the table");
        } catch (UnreadableImageException | CardinalException e) {
            return onlyPath(row, String.valueOf(e.getMessage()));
        }
    }

    private static Fetched onlyPath(RowGroupReader.Values row, String why) {
        return withProblem(row, Status.UNREADABLE, "the table has only the path " + row.file() + ": " + why);
    }

    private static Fetched withProblem(RowGroupReader.Values row, Status status, String error) {
        return new Fetched(new byte[0], row.key(), row.truth(), row.kept(), new ImageRef.Problem(status, error));
    }

    private FileMetadata open(String file) throws IOException {
        FileMetadata current = metadata;
        if (current != null && current.file().equals(file)) {
            return current;
        }
        closeFile();
        long length = HadoopInput.length(configuration, file);
        try (HadoopInput in = HadoopInput.open(configuration, file, HadoopInput.Access.RANDOM)) {
            ParquetFooter footer = ParquetFooter.read(in, length);
            current = new FileMetadata(file, length, footer, ColumnMapping.of(footer, fields, file));
        }
        metadata = current;
        return current;
    }

    private RowGroupReader group(FileMetadata file, long row) throws IOException {
        RowGroupReader current = group;
        if (current != null && current.canRead(row)) {
            return current;
        }
        closeGroup();
        long first = 0;
        for (BlockMetaData block : file.footer().groups()) {
            if (row - first < block.getRowCount()) {
                current = new RowGroupReader(
                        first, block.getRowCount(), file.mapping(), column -> chunk(file, block, column));
                group = current;
                return current;
            }
            first += block.getRowCount();
        }
        throw new CorruptShardException("the file has become shorter since it was listed");
    }

    private ColumnChunkReader chunk(FileMetadata file, BlockMetaData block, ParquetColumn column) throws IOException {
        ColumnChunkMetaData chunk = ParquetFooter.chunk(block, column, file.length());
        return new ColumnChunkReader(
                column,
                chunk,
                HadoopInput.open(configuration, file.file(), HadoopInput.Access.RANDOM),
                new PageDecompressor(codecs, chunk.getCodec()));
    }

    private void closeFile() throws IOException {
        metadata = null;
        closeGroup();
    }

    private void closeGroup() throws IOException {
        RowGroupReader current = group;
        group = null;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void close() throws IOException {
        codecs.release();
        closeFile();
    }
}
