package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.DamagedRecordException;
import dev.cardinal.udf.ImageFetcher.Fetched;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.ColumnReader;
import org.jspecify.annotations.Nullable;

/** The columns that are read of one row group; closes them. Not thread-safe. */
final class ParquetGroup implements Closeable {

    /** Opens a column of the group. */
    interface Columns {
        ParquetChunk open(ParquetColumn column) throws IOException;
    }

    /** Makes something of the value that a reader stands at. */
    private interface Value<T> {
        T of(ColumnReader reader);
    }

    private final long first;
    private final long rows;
    private final List<ParquetChunk> opened = new ArrayList<>();
    private final List<ParquetChunk> keep = new ArrayList<>();
    private final ParquetChunk image;
    private final @Nullable ParquetChunk key;
    private final @Nullable ParquetChunk truth;
    private @Nullable DamageException broken;

    /**
     * @param first number of its first row in the file
     * @param rows how many it has
     */
    ParquetGroup(long first, long rows, ParquetLayout layout, Columns columns) throws IOException {
        this.first = first;
        this.rows = rows;
        try {
            this.image = open(layout.image(), columns);
            this.key = layout.key() == null ? null : open(layout.key(), columns);
            this.truth = layout.truth() == null ? null : open(layout.truth(), columns);
            for (ParquetColumn column : layout.keep()) {
                keep.add(open(column, columns));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private ParquetChunk open(ParquetColumn column, Columns columns) throws IOException {
        ParquetChunk chunk = columns.open(column);
        opened.add(chunk);
        return chunk;
    }

    /** Whether a row of the file lies in it and has not been left behind. */
    boolean canRead(long row) {
        return row >= first && row < first + rows && opened.stream().allMatch(chunk -> chunk.isAhead(row - first));
    }

    /**
     * What lies in a row of the file.
     *
     * @throws DamageException if a page is broken; every later row of the group is then as well
     */
    Fetched read(long row, int limit) throws IOException {
        if (broken != null) {
            throw broken;
        }
        try {
            byte[] encoded = value(image, row, reader -> bytes(reader, limit));
            if (encoded == null) {
                throw new DamagedRecordException("Parquet: row " + row + " has no image");
            }
            List<@Nullable Object> kept = new ArrayList<>();
            for (ParquetChunk chunk : keep) {
                kept.add(value(chunk, row, reader -> ParquetTypes.value(reader, chunk.type())));
            }
            return new Fetched(encoded, text(key, row), text(truth, row), kept);
        } catch (DamageException e) {
            broken = e;
            throw e;
        }
    }

    private @Nullable String text(@Nullable ParquetChunk chunk, long row) throws IOException {
        return chunk == null ? null : value(chunk, row, reader -> ParquetTypes.text(reader, chunk.type()));
    }

    private <T> @Nullable T value(ParquetChunk chunk, long row, Value<T> value) throws IOException {
        ColumnReader reader = chunk.at(row - first);
        try {
            return reader == null ? null : value.of(reader);
        } catch (RuntimeException e) {
            throw chunk.undecodable(e);
        }
    }

    private static byte[] bytes(ColumnReader reader, int limit) {
        ByteBuffer buffer = reader.getBinary().toByteBuffer();
        byte[] bytes = new byte[Math.min(limit, buffer.remaining())];
        buffer.get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (ParquetChunk chunk : opened) {
            chunk.close();
        }
    }
}
