package dev.cardinal.udf.shard;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.ColumnReader;
import org.jspecify.annotations.Nullable;

/** Reads the columns of one row group, and closes them. Not thread-safe. */
final class RowGroupReader implements Closeable {

    /**
     * The values of a row.
     *
     * @param encoded the image's bytes, or null
     * @param file path of the image's file if there are no bytes, or null
     * @param key the source's name for the image, or null
     * @param truth text for its class, or null
     * @param kept values of the columns to keep
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Values(
            byte @Nullable [] encoded,
            @Nullable String file,
            @Nullable String key,
            @Nullable String truth,
            List<@Nullable Object> kept) {}

    /** Opens a column of the group. */
    interface Columns {
        ColumnChunkReader open(ParquetColumn column) throws IOException;
    }

    /** Converts the reader's current value. */
    private interface Value<T> {
        T of(ColumnReader reader);
    }

    private final long first;
    private final long rows;
    private final List<ColumnChunkReader> opened = new ArrayList<>();
    private final List<ColumnMapping.Kept> keep;
    private final Map<ParquetColumn, ColumnChunkReader> chunks = new HashMap<>();
    private final ColumnChunkReader image;
    private final @Nullable ColumnChunkReader key;
    private final @Nullable ColumnChunkReader path;
    private final @Nullable ColumnChunkReader truth;
    private final ColumnMapping.TruthColumn classes;
    private @Nullable CorruptShardException corrupt;

    /**
     * @param first number of the group's first row in the file
     * @param rows number of rows in the group
     */
    RowGroupReader(long first, long rows, ColumnMapping mapping, Columns columns) throws IOException {
        this.first = first;
        this.rows = rows;
        try {
            this.image = open(mapping.image(), columns);
            this.key = mapping.key() == null ? null : open(mapping.key(), columns);
            this.path = mapping.path() == null ? null : open(mapping.path(), columns);
            this.classes = mapping.truth();
            this.truth = classes.column() == null ? null : open(classes.column(), columns);
            this.keep = mapping.keep();
            for (ColumnMapping.Kept kept : keep) {
                if (kept.column() != null) {
                    open(kept.column(), columns);
                }
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private ColumnChunkReader open(ParquetColumn column, Columns columns) throws IOException {
        ColumnChunkReader known = chunks.get(column);
        if (known != null) {
            return known;
        }
        ColumnChunkReader chunk = columns.open(column);
        opened.add(chunk);
        chunks.put(column, chunk);
        return chunk;
    }

    /** Returns whether a row of the file is in this group and can still be reached. */
    boolean canRead(long row) {
        return row >= first && row < first + rows && opened.stream().allMatch(chunk -> chunk.isAhead(row - first));
    }

    /**
     * Reads a row of the file.
     *
     * @throws CorruptShardException if a page is corrupt; every later row of the group then fails with the same
     *     exception
     */
    Values read(long row, int limit) throws IOException {
        if (corrupt != null) {
            throw corrupt;
        }
        try {
            byte[] encoded = value(image, row, reader -> bytes(reader, limit));
            List<@Nullable Object> kept = new ArrayList<>();
            for (ColumnMapping.Kept each : keep) {
                kept.add(kept(each, row));
            }
            String file = encoded == null ? text(path, row) : null;
            return new Values(encoded, file, text(key, row), classes.text(text(truth, row)), kept);
        } catch (CorruptShardException e) {
            corrupt = e;
            throw e;
        }
    }

    private @Nullable Object kept(ColumnMapping.Kept kept, long row) throws IOException {
        ColumnChunkReader chunk = kept.column() == null ? null : chunks.get(kept.column());
        return chunk == null ? kept.constant() : value(chunk, row, reader -> ParquetTypes.value(reader, chunk.type()));
    }

    private @Nullable String text(@Nullable ColumnChunkReader chunk, long row) throws IOException {
        return chunk == null ? null : value(chunk, row, reader -> ParquetTypes.text(reader, chunk.type()));
    }

    private <T> @Nullable T value(ColumnChunkReader chunk, long row, Value<T> value) throws IOException {
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
        for (ColumnChunkReader chunk : opened) {
            chunk.close();
        }
    }
}
