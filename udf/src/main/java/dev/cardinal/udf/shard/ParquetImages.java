package dev.cardinal.udf.shard;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, each an image, listed from the footer alone. */
final class ParquetImages extends LazyImages {
    private final Configuration configuration;
    private final RecordFields fields;
    private @Nullable ParquetLayout layout;
    private Iterator<BlockMetaData> groups = List.<BlockMetaData>of().iterator();
    private long reading;
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
        ParquetLayout columns = layout == null ? open() : layout;
        while (row == groupEnd) {
            if (!groups.hasNext()) {
                return null;
            }
            begin(groups.next(), columns);
        }
        return new ImageRef(
                file().path() + "!/row=" + row,
                new ImageRef.Location(file().path(), Container.PARQUET, row++),
                bytesEach,
                file().modifiedMillis(),
                null,
                null,
                null);
    }

    private ParquetLayout open() throws IOException {
        try (StoreInput in = StoreInput.open(configuration, file().path(), StoreInput.Access.RANDOM)) {
            ParquetFooter footer = ParquetFooter.read(in, file().length());
            ParquetLayout columns = ParquetLayout.of(footer.schema(), fields);
            groups = footer.groups().iterator();
            layout = columns;
            return columns;
        }
    }

    private void begin(BlockMetaData group, ParquetLayout columns) throws DamageException {
        reading = Math.max(0, group.getStartingPos());
        ColumnChunkMetaData chunk = ParquetFooter.chunk(group, columns.image(), file().length());
        groupEnd = row + group.getRowCount();
        bytesEach = group.getRowCount() == 0 ? 0 : Math.max(0, chunk.getTotalUncompressedSize()) / group.getRowCount();
    }

    @Override
    long reading() {
        return reading;
    }

    @Override
    public void close() {}
}
