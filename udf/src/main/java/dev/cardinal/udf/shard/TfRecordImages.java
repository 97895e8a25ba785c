package dev.cardinal.udf.shard;

import dev.cardinal.udf.Container;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The records of a TFRecord file, each an image; their data are left unread. */
final class TfRecordImages extends LazyImages {
    private final ShardInput in;
    private final Container container;
    private final long length;
    private long reading;
    private long records;

    TfRecordImages(ShardFile file, ShardInput in) {
        super(ShardFormat.TFRECORD, file);
        this.in = in;
        this.container = in.seekable() ? Container.TFRECORD : Container.TFRECORD_GZ;
        this.length = in.seekable() ? file.length() : Long.MAX_VALUE;
    }

    @Override
    @Nullable
    ImageRef advance() throws IOException {
        reading = in.position();
        byte[] header = in.read((int) Math.min(TfRecords.HEADER, length - reading));
        if (header.length == 0) {
            return null;
        }
        if (header.length < TfRecords.HEADER) {
            throw noHeader("it ends within a record's header");
        }
        if (!TfRecords.isHeader(header, header.length)) {
            throw noHeader("the checksum of a record's length is wrong");
        }
        long bytes = TfRecords.length(header);
        if (bytes < 0 || bytes > Math.min(length, Long.MAX_VALUE / 2) - in.position() - TfRecords.FOOTER) {
            throw new DamageException(
                    "a record of " + Long.toUnsignedString(bytes) + " bytes does not fit into the file");
        }
        if (!in.moveTo(in.position() + bytes + TfRecords.FOOTER)) {
            throw new DamageException("it ends within a record of " + bytes + " bytes");
        }
        return new ImageRef(
                file().path() + "!/record=" + records++,
                new ImageRef.Location(file().path(), container, reading),
                bytes,
                file().modifiedMillis(),
                null,
                null,
                null);
    }

    /** A file without one at its beginning is of another kind. */
    private DamageException noHeader(String reason) {
        return reading == 0
                ? new DamageException(Status.UNSUPPORTED, "no TFRecord file: " + reason)
                : new DamageException(reason);
    }

    @Override
    long reading() {
        return reading;
    }

    @Override
    String counted() {
        return in.seekable() ? "" : " of the uncompressed file";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
