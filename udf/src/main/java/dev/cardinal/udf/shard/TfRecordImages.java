package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Iterates over the records of a TFRecord file, each an image; does not read their data. */
final class TfRecordImages extends AbstractImageIterator {
    private final ShardInput in;
    private final ImageContainer container;
    private final long length;
    private long offset;
    private long records;

    TfRecordImages(ShardFile file, ShardInput in) {
        super(ShardFormat.TFRECORD, file);
        this.in = in;
        this.container = in.seekable() ? ImageContainer.TFRECORD : ImageContainer.COMPRESSED_TFRECORD;
        this.length = in.seekable() ? file.length() : Long.MAX_VALUE;
    }

    @Override
    @Nullable
    ImageRef advance() throws IOException {
        offset = in.position();
        byte[] header = in.read((int) Math.min(TfRecords.HEADER, length - offset));
        if (header.length == 0) {
            return null;
        }
        if (header.length < TfRecords.HEADER) {
            throw invalidHeader("unexpected end of file within a record's header");
        }
        if (!TfRecords.isHeader(header, header.length)) {
            boolean isZlib = header[0] == 'x' && ((header[0] << 8) + (header[1] & 0xff)) % 31 == 0;
            throw invalidHeader(
                    isZlib ? "it is compressed with zlib; GZIP is read" : "checksum mismatch in a record's length");
        }
        long bytes = TfRecords.length(header);
        if (bytes < 0 || bytes > Math.min(length, Long.MAX_VALUE / 2) - in.position() - TfRecords.FOOTER) {
            throw new CorruptShardException(
                    "a record of " + Long.toUnsignedString(bytes) + " bytes does not fit into the file");
        }
        if (!in.moveTo(in.position() + bytes + TfRecords.FOOTER)) {
            throw new CorruptShardException("unexpected end of file within a record of " + bytes + " bytes");
        }
        return new ImageRef(
                file().path() + "!/record=" + records++,
                new ImageRef.Location(file().path(), container, offset),
                bytes,
                file().modifiedMillis(),
                null,
                null,
                null);
    }

    /** Returns the exception for an invalid header; at the beginning of a file, the file has another format. */
    private CorruptShardException invalidHeader(String reason) {
        return offset == 0
                ? new CorruptShardException(Status.UNSUPPORTED, "not a TFRecord file: " + reason)
                : new CorruptShardException(reason);
    }

    @Override
    long offset() {
        return offset;
    }

    @Override
    String offsetSuffix() {
        return in.seekable() ? "" : " of the uncompressed file";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
