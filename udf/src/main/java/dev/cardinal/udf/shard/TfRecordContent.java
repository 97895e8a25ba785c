package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the image in a record of a TFRecord file, with its key and the text for its class.
 *
 * <p>By default, the image is the first of the fields {@value #IMAGE_NAMES} that the record has. The key is the first of
 * {@code image/filename}, {@code filename} and {@code file_name} that is not empty; the text for the class is the first of
 * {@code image/class/text}, {@code image/class/label} and {@code label} that is not empty. If a field has several values, the
 * first is used; but there must be only one image.
 */
final class TfRecordContent implements RecordFetcher.RecordFormat {
    private static final String IMAGE_NAMES =
            "image/encoded, image, encoded, image_bytes, image/bytes, jpg, jpeg, png, webp, img";
    private static final List<String> IMAGES = List.of(IMAGE_NAMES.split(", ", -1));
    private static final List<String> KEYS = List.of("image/filename", "filename", "file_name");
    private static final List<String> TRUTH = List.of("image/class/text", "image/class/label", "label");
    private static final String DECODED = "image_raw";
    private static final int MAX_NAMED = 30;

    /** A record that is longer than the requested bytes by more than this is not parsed: its image is too large too. */
    private static final int OVERHEAD = 16 << 20;

    private final List<String> images;
    private final List<String> keys;
    private final List<String> truth;

    TfRecordContent(RecordFields fields) {
        this.images = orDefault(fields.image(), IMAGES);
        this.keys = orDefault(fields.key(), KEYS);
        this.truth = orDefault(fields.label(), TRUTH);
    }

    private static List<String> orDefault(@Nullable String named, List<String> usual) {
        return named == null ? usual : List.of(named);
    }

    @Override
    public Fetched read(ShardInput in, ImageRef reference, int limit) throws IOException {
        byte[] header = in.read(TfRecords.HEADER);
        if (!TfRecords.isHeader(header, header.length)) {
            throw new CorruptShardException("checksum mismatch in the record's length");
        }
        long length = TfRecords.length(header);
        if (length < 0 || length > (long) limit + OVERHEAD) {
            return Fetched.of(in.read(limit));
        }
        byte[] record = in.read((int) Math.min(length, Integer.MAX_VALUE - 17));
        byte[] footer = in.read(TfRecords.FOOTER);
        if (record.length < length || footer.length < TfRecords.FOOTER) {
            throw new CorruptShardException("unexpected end of file within the record's " + length + " bytes");
        }
        if (!TfRecords.matches(record, footer)) {
            throw new CorruptShardException("checksum mismatch in the record's data");
        }
        return content(new ExampleRecord(record), limit);
    }

    private Fetched content(ExampleRecord record, int limit) throws CorruptShardException {
        String image = imageField(record);
        List<ProtoSlice> found = record.bytes(image);
        if (found.size() != 1) {
            throw new CorruptShardException(
                    found.isEmpty()
                            ? "field " + image + " contains no bytes"
                            : "field " + image + " contains " + found.size() + " images instead of one");
        }
        return new Fetched(found.get(0).copy(limit), firstText(record, keys), firstText(record, truth), List.of());
    }

    private static @Nullable String firstText(ExampleRecord record, List<String> names) throws CorruptShardException {
        String text = null;
        for (int i = 0; i < names.size() && (text == null || text.isEmpty()); i++) {
            String next = record.text(names.get(i));
            text = next == null ? text : next;
        }
        return text;
    }

    /**
     * Returns the field with the image.
     *
     * @throws CorruptShardException if the record has none, with its fields
     */
    String imageField(ExampleRecord record) throws CorruptShardException {
        for (String name : images) {
            if (record.has(name)) {
                return name;
            }
        }
        List<String> names = record.names();
        String named = String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())));
        String fields =
                "the record has " + (named.isEmpty() ? "no fields" : named) + (names.size() > MAX_NAMED ? ", ..." : "");
        if (record.isSequence()) {
            throw new CorruptShardException("it is a tf.train.SequenceExample: write a tf.train.Example per image");
        }
        if (record.has(DECODED)) {
            throw new CorruptShardException("field " + DECODED
                    + " usually holds decoded pixels, which are not supported: write the encoded images; " + fields);
        }
        throw new CorruptShardException("missing field "
                + (images.size() == 1 ? images.get(0) : "with the image (one of " + String.join(", ", images) + ")")
                + ": choose one with --image-field; " + fields);
    }
}
