package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.jspecify.annotations.Nullable;

/** Iterates over the rows of a Parquet file, each an image; reads only the footer. */
final class ParquetImages extends AbstractImageIterator {
    private final Configuration configuration;
    private final RecordFields fields;
    private @Nullable ColumnMapping mapping;
    private Iterator<BlockMetaData> groups = List.<BlockMetaData>of().iterator();
    private long offset;
    private long row;
    private long groupEnd;
    private long bytesEach;

    ParquetImages(ShardFile file, Configuration configuration, RecordFields fields) {
        super(ShardFormat.PARQUET, file);
        this.configuration = configuration;
        this.fields = fields;
    }

    @Override
    @Nullable
    ImageRef advance() throws IOException {
        ColumnMapping columns = mapping == null ? open() : mapping;
        while (row == groupEnd) {
            if (!groups.hasNext()) {
                return null;
            }
            begin(groups.next(), columns);
        }
        return new ImageRef(
                file().path() + "!/row=" + row,
                new ImageRef.Location(file().path(), ImageContainer.PARQUET, row++),
                bytesEach,
                file().modifiedMillis(),
                null,
                null,
                null);
    }

    private ColumnMapping open() throws IOException {
        try (HadoopInput in = HadoopInput.open(configuration, file().path(), HadoopInput.Access.RANDOM)) {
            ParquetFooter footer = ParquetFooter.read(in, file().length());
            ColumnMapping columns = ColumnMapping.of(footer, fields, file().path());
            groups = footer.groups().iterator();
            mapping = columns;
            return columns;
        }
    }

    private void begin(BlockMetaData group, ColumnMapping columns) throws CorruptShardException {
        ColumnChunkMetaData chunk = ParquetFooter.chunk(group, columns.image(), file().length());
        offset = Math.max(0, chunk.getStartingPos());
        groupEnd = row + group.getRowCount();
        bytesEach = group.getRowCount() == 0 ? 0 : Math.max(0, chunk.getTotalUncompressedSize()) / group.getRowCount();
    }

    @Override
    long offset() {
        return offset;
    }

    @Override
    public void close() {}
}
