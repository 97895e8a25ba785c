package dev.cardinal.udf.shard;

import dev.cardinal.zoo.MaskedCrc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The framing of records in TFRecord files: the length (8 bytes), the length's checksum (4), the data, the data's
 * checksum (4), all little-endian.
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">TFRecords format
 *     details</a>
 */
final class TfRecords {
    /** Number of bytes before the data. */
    static final int HEADER = 12;

    /** Number of bytes after the data. */
    static final int FOOTER = 4;

    private static final int LENGTH = 8;

    private TfRecords() {}

    /** Returns whether the bytes begin with a length and its checksum. */
    static boolean isHeader(byte[] bytes, int length) {
        return length >= HEADER && maskedCrc(bytes, LENGTH) == little(bytes).getInt(LENGTH);
    }

    /** Returns the length in a header. */
    static long length(byte[] header) {
        return little(header).getLong(0);
    }

    /** Returns whether the checksum after the data matches them. */
    static boolean matches(byte[] data, byte[] footer) {
        return maskedCrc(data, data.length) == little(footer).getInt(0);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int maskedCrc(byte[] bytes, int length) {
        MaskedCrc32c crc = new MaskedCrc32c();
        crc.update(bytes, length);
        return crc.masked();
    }
}
