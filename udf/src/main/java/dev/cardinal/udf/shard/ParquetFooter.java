package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.crypto.ParquetCryptoRuntimeException;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * The schema and the row groups in the footer of a Parquet file.
 *
 * @param schema the columns
 * @param groups the row groups in file order
 * @param metadata key-value metadata that the writer stored
 * @see <a href="https://parquet.apache.org/docs/file-format/">Parquet, 'File Format'</a>
 */
record ParquetFooter(MessageType schema, List<BlockMetaData> groups, Map<String, String> metadata) {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCRYPTED = "PARE".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL = 8;

    /** Maximum footer length in bytes; ten columns in ten thousand row groups take 15 MB. */
    private static final int MAX_FOOTER = 64 << 20;

    ParquetFooter {
        groups = List.copyOf(groups);
        metadata = Map.copyOf(metadata);
    }

    /** Returns whether these are the first bytes of a Parquet file. */
    static boolean isParquet(byte[] head) {
        return head.length >= MAGIC.length && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    static ParquetFooter read(ShardInput in, long length) throws IOException {
        byte[] head = in.read(MAGIC.length);
        if (!Arrays.equals(head, MAGIC) && !Arrays.equals(head, ENCRYPTED)) {
            throw new CorruptShardException(Status.UNSUPPORTED, "not a Parquet file: it does not start with PAR1");
        }
        byte[] tail = length >= MAGIC.length + TAIL && in.moveTo(length - TAIL) ? in.read(TAIL) : new byte[0];
        byte[] end = Arrays.copyOfRange(tail, Math.min(4, tail.length), tail.length);
        if (Arrays.equals(end, ENCRYPTED) || Arrays.equals(head, ENCRYPTED)) {
            throw new CorruptShardException("the footer is encrypted");
        }
        if (!Arrays.equals(end, MAGIC)) {
            throw new CorruptShardException("the file does not end with PAR1, it may be truncated");
        }
        int footer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (footer < 0 || footer > MAX_FOOTER || footer > length - TAIL - MAGIC.length) {
            throw new CorruptShardException("invalid footer length: " + Integer.toUnsignedString(footer) + " bytes");
        }
        if (!in.moveTo(length - TAIL - footer)) {
            throw new CorruptShardException("the file has become shorter since it was listed");
        }
        return of(ParquetThrift.read(new FileMetaData(), in, footer));
    }

    private static ParquetFooter of(FileMetaData metadata) throws CorruptShardException {
        try {
            ParquetMetadata converted = new ParquetMetadataConverter().fromParquetMetadata(metadata);
            Map<String, String> notes = new HashMap<>();
            converted.getFileMetaData().getKeyValueMetaData().forEach((key, value) -> {
                if (value != null) {
                    notes.put(key, value);
                }
            });
            return new ParquetFooter(converted.getFileMetaData().getSchema(), converted.getBlocks(), notes);
        } catch (IOException | RuntimeException e) {
            throw new CorruptShardException("the footer is corrupt: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new CorruptShardException("the footer's columns are nested too deeply");
        }
    }

    /** Returns the chunk of a column in a row group; checks that it is within the file and can contain the rows. */
    static ColumnChunkMetaData chunk(BlockMetaData group, ParquetColumn column, long length)
            throws CorruptShardException {
        try {
            for (ColumnChunkMetaData chunk : group.getColumns()) {
                if (Arrays.equals(chunk.getPath().toArray(), column.descriptor().getPath())) {
                    return checked(chunk, group.getRowCount(), length);
                }
            }
        } catch (ParquetCryptoRuntimeException e) {
            throw new CorruptShardException("column " + column.name() + " is encrypted");
        }
        throw new CorruptShardException("a row group has no column " + column.name());
    }

    private static ColumnChunkMetaData checked(ColumnChunkMetaData chunk, long rows, long length)
            throws CorruptShardException {
        long start = chunk.getStartingPos();
        long size = chunk.getTotalSize();
        if (start < 0 || size < 0 || start > length || size > length - start) {
            throw new CorruptShardException(
                    "column " + chunk.getPath().toDotString() + " extends beyond the end of the file");
        }
        if (rows < 0 || rows != chunk.getValueCount() || rows > Math.max(1 << 20, 8 * size)) {
            throw new CorruptShardException(
                    "column " + chunk.getPath().toDotString() + " cannot contain " + rows + " rows");
        }
        return chunk;
    }
}
