package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Checks on the driver, before anything is listed, that the records of a TFRecord file have an image. */
public final class TfRecordFields {
    private static final int MAX_RECORD = 256 << 20;

    private TfRecordFields() {}

    /**
     * Checks the first record of a file. A file that is corrupt or not TFRecord passes: it becomes a row that says so.
     *
     * @throws CardinalException if the record has no image; the message lists its fields
     * @throws IOException if the store fails
     */
    public static void requireImage(Configuration configuration, Path file, RecordFields fields) throws IOException {
        ExampleRecord record;
        try (ShardInput in = CompressedInput.open(configuration, file.toString())) {
            byte[] header = in.read(TfRecords.HEADER);
            long length = TfRecords.isHeader(header, header.length) ? TfRecords.length(header) : -1;
            if (length < 0 || length > MAX_RECORD) {
                return;
            }
            record = new ExampleRecord(in.read((int) length));
        } catch (CorruptShardException | UnreadableImageException e) {
            return; // a row will say so
        }
        try {
            new TfRecordContent(fields).imageField(record);
        } catch (CorruptShardException e) {
            throw CardinalException.input(file + ": the first record: " + e.reason());
        }
    }
}
