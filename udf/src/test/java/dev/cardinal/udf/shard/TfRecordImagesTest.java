package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.Example;

/** Reads files that TensorFlow wrote, see {@link WriteTfRecords}. */
class TfRecordImagesTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"pictures.tfrecord", "pictures.tfrecord.gz"})
    void everyRecordContainsTheImageThatTensorFlowWrote(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> truths = new ArrayList<>();
        for (ImageRef image : Shards.index(ShardFormat.TFRECORD, Shards.file(directory, name))) {
            Fetched fetched = Shards.fetch(image, RecordFields.usual());
            lines.add(Shards.sha256(fetched.encoded()) + "  " + fetched.key());
            truths.add(Shards.member(image) + " " + fetched.truth());
        }

        assertThat(lines).isEqualTo(Shards.lines("pictures.sha256"));
        assertThat(truths).containsExactly("record=0 tench", "record=1 7", "record=2 1.5", "record=3 null");
    }

    @Test
    void referenceHasThePositionOfTheRecord() throws IOException {
        Path file = Shards.file(directory, "pictures.tfrecord");
        byte[] bytes = Shards.bytes("pictures.tfrecord");
        long first = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String path = Shards.listed(file).path();

        ImageRef second = Shards.index(ShardFormat.TFRECORD, file).get(1);

        assertThat(second.path()).isEqualTo(path + "!/record=1");
        assertThat(second.location()).isEqualTo(new ImageRef.Location(path, ImageContainer.TFRECORD, first + 16));
    }

    @Test
    void compressedFileIsReopenedForAnEarlierRecord() throws IOException {
        List<ImageRef> images = Shards.index(ShardFormat.TFRECORD, Shards.file(directory, "pictures.tfrecord.gz"));
        try (ImageFetcher fetcher =
                ShardFetchers.of(ImageContainer.COMPRESSED_TFRECORD, Shards.CONFIGURATION, RecordFields.usual())) {
            byte[] last = fetcher.fetch(images.get(3), 1000).encoded();
            byte[] first = fetcher.fetch(images.get(0), 1000).encoded();

            assertThat(List.of(Shards.sha256(first), Shards.sha256(last))).containsExactly(sha256(0), sha256(3));
        }
    }

    @Test
    void fieldsAreReadByTheGivenNames() throws IOException {
        RecordFields fields = new RecordFields("image/filename", "image/class/label", "image/class/text", List.of());
        List<ImageRef> images = Shards.index(ShardFormat.TFRECORD, Shards.file(directory, "pictures.tfrecord"));

        Fetched first = Shards.fetch(images.get(0), fields);

        assertThat(first.encoded()).asString(StandardCharsets.UTF_8).isEqualTo("one_pixel.png");
        assertThat(first.key()).isEqualTo("tench");
        assertThat(first.truth()).isNull();
    }

    @Test
    void recordWithoutTheImageFieldListsItsFields() throws IOException {
        RecordFields fields = new RecordFields("image", null, null, List.of());
        ImageRef image = Shards.index(ShardFormat.TFRECORD, Shards.file(directory, "pictures.tfrecord"))
                .get(0);

        assertThatThrownBy(() -> Shards.fetch(image, fields))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageStartingWith(
                        "TFRecord: record=0 at byte 0: missing field image: choose one with --image-field; the record has ")
                .hasMessageContaining("image/encoded")
                .hasMessageContaining("image/class/text");
    }

    @Test
    void flippedBitInTheDataAffectsOnlyItsRecord() throws IOException {
        byte[] bytes = Shards.bytes("pictures.tfrecord");
        bytes[40] ^= 4;
        List<ImageRef> images =
                Shards.index(ShardFormat.TFRECORD, Shards.write(directory.resolve("a.tfrecord"), bytes));

        assertThat(images).hasSize(4);
        assertThatThrownBy(() -> Shards.fetch(images.get(0), RecordFields.usual()))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("TFRecord: record=0 at byte 0: checksum mismatch in the record's data");
        assertThat(Shards.sha256(
                        Shards.fetch(images.get(1), RecordFields.usual()).encoded()))
                .isEqualTo(sha256(1));
    }

    @Test
    void flippedBitInALengthEndsTheListing() throws IOException {
        Path whole = Shards.file(directory, "pictures.tfrecord");
        int second = (int)
                Shards.index(ShardFormat.TFRECORD, whole).get(1).location().position();
        byte[] bytes = Shards.bytes("pictures.tfrecord");
        bytes[second] ^= 1;

        List<ImageRef> images =
                Shards.index(ShardFormat.TFRECORD, Shards.write(directory.resolve("a.tfrecord"), bytes));

        assertThat(images).hasSize(2);
        assertThat(images.get(1).problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNDECODABLE,
                        "TFRecord: cannot be read from byte " + second
                                + " onward: checksum mismatch in a record's length"));
    }

    @Test
    void fileOfAnotherFormatIsUnsupported() throws IOException {
        List<ImageRef> images = Shards.index(ShardFormat.TFRECORD, Shards.file(directory, "repeated.tar"));

        assertThat(images).hasSize(1);
        assertThat(images.get(0).problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNSUPPORTED, "not a TFRecord file: checksum mismatch in a record's length"));
    }

    /** The first bytes of this length, 35615, are also the first bytes of a gzip file. */
    @Test
    void lengthThatLooksLikeGzipIsReadAsALength() throws IOException {
        Path file = Shards.write(directory.resolve("a.tfrecord"), Bytes.record(new byte[0x8b1f]));

        assertThat(Shards.index(ShardFormat.TFRECORD, file).get(0).location().container())
                .isEqualTo(ImageContainer.TFRECORD);
    }

    @ParameterizedTest
    @CsvSource({"-1, 18446744073709551615", "9223372036854775807, 9223372036854775807", "1000, 1000"})
    void recordLargerThanTheFileEndsTheListing(long length, String shown) throws IOException {
        byte[] bytes = Arrays.copyOf(Bytes.recordHeader(length), 100);

        List<ImageRef> images =
                Shards.index(ShardFormat.TFRECORD, Shards.write(directory.resolve("a.tfrecord"), bytes));

        assertThat(images).hasSize(1);
        assertThat(images.get(0).problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNDECODABLE,
                        "TFRecord: cannot be read from byte 0 onward: a record of " + shown
                                + " bytes does not fit into the file"));
    }

    @Test
    void dataThatAreNotAnExampleAreReported() throws IOException {
        byte[] groups = new byte[100_000];
        Arrays.fill(groups, (byte) 0x0b);

        assertThatThrownBy(() -> fetchRecord(groups))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("TFRecord: record=0 at byte 0: not a tf.train.Example: a field has an obsolete wire type");
        assertThatThrownBy(() -> fetchRecord(new byte[] {0x0a, -1, -1, -1, -1, 0x07}))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("not a tf.train.Example: ");
    }

    @Test
    void exampleWithoutFeaturesIsReported() {
        assertThatThrownBy(() -> fetchRecord(Example.getDefaultInstance().toByteArray()))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage(
                        "TFRecord: record=0 at byte 0: missing field with the image (one of image/encoded, image, encoded,"
                                + " image_bytes, image/bytes, jpg, jpeg, png, webp, img): choose one with --image-field; the"
                                + " record has no fields");
    }

    private void fetchRecord(byte[] data) throws IOException {
        Path file = Shards.write(directory.resolve("a.tfrecord"), Bytes.record(data));
        Shards.fetch(Shards.index(ShardFormat.TFRECORD, file).get(0), RecordFields.usual());
    }

    private static String sha256(int record) {
        return Shards.lines("pictures.sha256").get(record).substring(0, 64);
    }
}
