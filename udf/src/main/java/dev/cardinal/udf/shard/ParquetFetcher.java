package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.jspecify.annotations.Nullable;

/**
 * Reads the images of Parquet files, of which it keeps one row group of one file open. Where a page is broken, the rest of the row
 * group is.
 */
final class ParquetFetcher implements ImageFetcher {
    private static final int PAGE_SIZE = 1 << 20;

    /** A file that was opened. */
    private record Opened(String file, long length, ParquetFooter footer, ParquetLayout layout) {}

    private final Configuration configuration;
    private final RecordFields fields;
    private final CodecFactory codecs;
    private @Nullable Opened opened;
    private @Nullable ParquetGroup group;

    ParquetFetcher(Configuration configuration, RecordFields fields) {
        this.configuration = configuration;
        this.fields = fields;
        this.codecs = new CodecFactory(configuration, PAGE_SIZE);
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        long row = image.location().position();
        try {
            Opened file = open(image.location().file());
            return group(file, row).read(row, limit);
        } catch (DamageException e) {
            throw new DamagedRecordException("Parquet: row " + row + ": " + e.reason());
        } catch (IOException e) {
            closeFile();
            throw e;
        }
    }

    private Opened open(String file) throws IOException {
        Opened current = opened;
        if (current != null && current.file().equals(file)) {
            return current;
        }
        closeFile();
        long length = StoreInput.length(configuration, file);
        try (StoreInput in = StoreInput.open(configuration, file, StoreInput.Access.RANDOM)) {
            ParquetFooter footer = ParquetFooter.read(in, length);
            current = new Opened(file, length, footer, ParquetLayout.of(footer.schema(), fields));
        }
        opened = current;
        return current;
    }

    private ParquetGroup group(Opened file, long row) throws IOException {
        ParquetGroup current = group;
        if (current != null && current.canRead(row)) {
            return current;
        }
        closeGroup();
        long first = 0;
        for (BlockMetaData block : file.footer().groups()) {
            if (row - first < block.getRowCount()) {
                current = new ParquetGroup(
                        first, block.getRowCount(), file.layout(), column -> chunk(file, block, column));
                group = current;
                return current;
            }
            first += block.getRowCount();
        }
        throw new DamageException("the file has become shorter since it was listed");
    }

    private ParquetChunk chunk(Opened file, BlockMetaData block, ParquetColumn column) throws IOException {
        ColumnChunkMetaData chunk = ParquetFooter.chunk(block, column, file.length());
        return new ParquetChunk(
                column,
                chunk,
                StoreInput.open(configuration, file.file(), StoreInput.Access.RANDOM),
                new PageBytes(codecs, chunk.getCodec()));
    }

    private void closeFile() throws IOException {
        opened = null;
        closeGroup();
    }

    private void closeGroup() throws IOException {
        ParquetGroup current = group;
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
