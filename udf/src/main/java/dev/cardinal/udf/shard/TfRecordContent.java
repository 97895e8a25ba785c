package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageRef;
import dev.cardinal.udf.RecordFields;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The image in a record of a TFRecord file, with its key and the text for its class.
 *
 * <p>The fields, where none are named: {@code image/encoded}; {@code image/filename}; {@code image/class/text}, or where that is
 * absent or empty {@code image/class/label}. Of several values the first counts, but an image must be alone.
 */
final class TfRecordContent implements RecordFetcher.Format {
    private static final String IMAGE = "image/encoded";
    private static final String KEY = "image/filename";
    private static final List<String> TRUTH = List.of("image/class/text", "image/class/label");
    private static final int MAX_NAMED = 30;

    /** A record with more bytes than asked for and these is not looked into: its image is too large as well. */
    private static final int OVERHEAD = 16 << 20;

    private final String image;
    private final String key;
    private final List<String> truth;

    TfRecordContent(RecordFields fields) {
        this.image = orElse(fields.image(), IMAGE);
        this.key = orElse(fields.key(), KEY);
        String label = fields.label();
        this.truth = label == null ? TRUTH : List.of(label);
    }

    private static String orElse(@Nullable String named, String usual) {
        return named == null ? usual : named;
    }

    @Override
    public Fetched read(ShardInput in, ImageRef reference, int limit) throws IOException {
        byte[] header = in.read(TfRecords.HEADER);
        if (!TfRecords.isHeader(header, header.length)) {
            throw new DamageException("the checksum of its length is wrong");
        }
        long length = TfRecords.length(header);
        if (length < 0 || length > (long) limit + OVERHEAD) {
            return Fetched.of(in.read(limit));
        }
        byte[] record = in.read((int) Math.min(length, Integer.MAX_VALUE - 17));
        byte[] footer = in.read(TfRecords.FOOTER);
        if (record.length < length || footer.length < TfRecords.FOOTER) {
            throw new DamageException("it ends within the record's " + length + " bytes");
        }
        if (!TfRecords.matches(record, footer)) {
            throw new DamageException("the checksum of its data is wrong");
        }
        return content(new ExampleRecord(record), limit);
    }

    private Fetched content(ExampleRecord record, int limit) throws DamageException {
        List<ProtoSlice> images = record.bytes(image);
        if (images.size() != 1) {
            throw new DamageException(noImage(record, images.size()));
        }
        String text = null;
        for (int i = 0; text == null && i < truth.size(); i++) {
            text = record.text(truth.get(i));
            text = text != null && text.isEmpty() && i + 1 < truth.size() ? null : text;
        }
        return new Fetched(images.get(0).copy(limit), record.text(key), text, List.of());
    }

    private String noImage(ExampleRecord record, int images) {
        if (images > 1) {
            return "its field " + image + " holds " + images + " images, one is expected";
        }
        if (record.has(image)) {
            return "its field " + image + " holds no bytes";
        }
        List<String> names = record.names();
        String named = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
        return "it has no field " + image + ", only: " + (named.isEmpty() ? "none" : named)
                + (names.size() > MAX_NAMED ? ", ..." : "");
    }
}
