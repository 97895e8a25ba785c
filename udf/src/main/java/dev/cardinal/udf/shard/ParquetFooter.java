package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;

/**
 * What the end of a Parquet file says is in it.
 *
 * @param schema its columns
 * @param groups its row groups in their order
 * @see <a href="https://parquet.apache.org/docs/file-format/">Parquet, 'File Format'</a>
 */
record ParquetFooter(MessageType schema, List<BlockMetaData> groups) {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ENCRYPTED = "PARE".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL = 8;

    /** Bytes of the largest footer that is read; ten columns in ten thousand row groups take 15 MB. */
    private static final int MAX_FOOTER = 64 << 20;

    ParquetFooter {
        groups = List.copyOf(groups);
    }

    static ParquetFooter read(ShardInput in, long length) throws IOException {
        byte[] head = in.read(MAGIC.length);
        if (!Arrays.equals(head, MAGIC) && !Arrays.equals(head, ENCRYPTED)) {
            throw new DamageException(Status.UNSUPPORTED, "no Parquet file: it does not begin with PAR1");
        }
        byte[] tail = length >= MAGIC.length + TAIL && in.moveTo(length - TAIL) ? in.read(TAIL) : new byte[0];
        byte[] end = Arrays.copyOfRange(tail, Math.min(4, tail.length), tail.length);
        if (Arrays.equals(end, ENCRYPTED) || Arrays.equals(head, ENCRYPTED)) {
            throw new DamageException("its footer is encrypted");
        }
        if (!Arrays.equals(end, MAGIC)) {
            throw new DamageException("it does not end with PAR1, as a file that was cut short does not");
        }
        int footer = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (footer < 0 || footer > MAX_FOOTER || footer > length - TAIL - MAGIC.length) {
            throw new DamageException("its footer cannot have " + Integer.toUnsignedString(footer) + " bytes");
        }
        if (!in.moveTo(length - TAIL - footer)) {
            throw new DamageException("it has become shorter since it was listed");
        }
        return of(ParquetThrift.read(new FileMetaData(), in, footer));
    }

    private static ParquetFooter of(FileMetaData metadata) throws DamageException {
        try {
            ParquetMetadata converted = new ParquetMetadataConverter().fromParquetMetadata(metadata);
            return new ParquetFooter(converted.getFileMetaData().getSchema(), converted.getBlocks());
        } catch (IOException | RuntimeException e) {
            throw new DamageException("its footer is broken: " + e.getMessage());
        } catch (StackOverflowError e) {
            throw new DamageException("its footer's columns are nested too deeply");
        }
    }

    /** The chunk of a column in a row group, which lies within the file and has no more rows than its bytes allow. */
    static ColumnChunkMetaData chunk(BlockMetaData group, ParquetColumn column, long length) throws DamageException {
        for (ColumnChunkMetaData chunk : group.getColumns()) {
            if (Arrays.equals(chunk.getPath().toArray(), column.descriptor().getPath())) {
                return checked(chunk, group.getRowCount(), length);
            }
        }
        throw new DamageException("a row group has no column " + column.name());
    }

    private static ColumnChunkMetaData checked(ColumnChunkMetaData chunk, long rows, long length)
            throws DamageException {
        long start = chunk.getStartingPos();
        long size = chunk.getTotalSize();
        if (start < 0 || size < 0 || start > length || size > length - start) {
            throw new DamageException("column " + chunk.getPath().toDotString() + " lies beyond the file's end");
        }
        if (rows < 0 || rows != chunk.getValueCount() || rows > Math.max(1 << 20, 8 * size)) {
            throw new DamageException("column " + chunk.getPath().toDotString() + " cannot hold " + rows + " rows");
        }
        return chunk;
    }
}
