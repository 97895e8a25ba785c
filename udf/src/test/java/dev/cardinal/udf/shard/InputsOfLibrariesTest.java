package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageFetcher.CorruptRecordException;
import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads shards that {@code make_inputs.py} made with the libraries that people use; {@code inputs.txt} has what these find. */
class InputsOfLibrariesTest {
    private static final String ONE_PIXEL = "one_pixel";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "links_gnu.tar",
                "links_pax.tar",
                "links_ustar.tar",
                "links_v7.tar",
                "masks.tar",
                "masks.tar.bz2",
                "masks.tar.xz",
                "masks.tar.zst",
                "masks.zip"
            })
    void archiveHasTheImagesThatItsLibraryFinds(String name) throws IOException {
        List<String> expected = Shards.lines("inputs.txt").stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .sorted()
                .toList();
        List<String> found = new ArrayList<>();
        for (ImageRef image : Shards.index(format(name), Shards.file(directory, name))) {
            if (image.problem() == null) {
                found.add(Shards.sha256(
                                Shards.fetch(image, RecordFields.usual()).encoded()) + " " + Shards.member(image));
            }
        }

        assertThat(found).isNotEmpty();
        assertThat(found.stream().sorted()).isEqualTo(expected);
    }

    @Test
    void linksAndPipesAreCounted() throws IOException {
        assertThat(skipped("links_gnu.tar", List.of()))
                .isEqualTo(Map.of(SkipReason.LINK, 2L, SkipReason.SPECIAL_MEMBER, 1L));
        assertThat(skipped("masks.zip", List.of())).isEqualTo(Map.of(SkipReason.LINK, 1L, SkipReason.MEMBER, 1L));
    }

    @Test
    void hardLinkToNothingIsCounted() throws IOException {
        byte[] header = Bytes.tarHeader("a.png", 0, '1');
        Path file =
                Shards.write(directory.resolve("a.tar"), Bytes.concat(header, Bytes.tarMember("b.png", new byte[1])));

        assertThat(Shards.index(ShardFormat.TAR, file)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 0001.jpg=8 0002.png=x inner.tar=null",
                "jpg | 0001.jpg=8",
                "png,jpg | 0001.jpg=8 0002.png=x",
                ".seg.PNG | 0001.seg.png=8",
                "jpg,seg.png | 0001.jpg=8 0001.seg.png=8"
            })
    void memberExtensionsChooseTheImages(String extensions, String expected) throws IOException {
        List<String> names = extensions.isEmpty() ? List.of() : Arrays.asList(extensions.split(",", -1));
        Path file = Shards.file(directory, "masks.tar");
        List<String> found = new ArrayList<>();
        try (ImageIterator images = ShardIndex.of(ShardFormat.TAR, Shards.CONFIGURATION, RecordFields.usual(), names)
                .images(Shards.listed(file))) {
            images.forEachRemaining(image -> found.add(Shards.member(image) + "=" + image.truth()));
        }

        assertThat(String.join(" ", found)).isEqualTo(expected);
    }

    @Test
    void maskIsSkippedAndCounted() throws IOException {
        assertThat(skipped("masks.tar", List.of())).isEqualTo(Map.of(SkipReason.MEMBER, 1L));
        assertThat(skipped("masks.tar", List.of("jpg"))).isEqualTo(Map.of(SkipReason.MEMBER, 3L));
    }

    @Test
    void archiveWithinAnArchiveSaysWhatToDo() throws IOException {
        ImageRef inner = Shards.index(ShardFormat.TAR, Shards.file(directory, "masks.tar"))
                .get(2);

        assertThat(inner.problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNSUPPORTED,
                        "tar: an archive within an archive is not read: extract it, and label the extracted archives"));
    }

    @Test
    void zipMemberOfAnotherCompressionSaysWhatToDo() throws IOException {
        ImageRef image = Shards.index(ShardFormat.ZIP, Shards.file(directory, "masks.zip")).stream()
                .filter(each -> Shards.member(each).equals("lzma.png"))
                .findFirst()
                .orElseThrow();

        assertThat(image.problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNDECODABLE,
                        "ZIP: compression method 14 is not supported: write the archive with deflate"));
    }

    @Test
    void zipBehindOtherBytesIsRead() throws IOException {
        List<ImageRef> images = Shards.index(ShardFormat.ZIP, Shards.file(directory, "prefixed.zip"));

        assertThat(Shards.sha256(
                        Shards.fetch(images.get(0), RecordFields.usual()).encoded()))
                .isEqualTo(sha256(ONE_PIXEL));
    }

    @Test
    void truncatedZipIsNotTakenForTheArchiveInside() throws IOException {
        byte[] inner = Shards.bytes("prefixed.zip");
        byte[] outer = Bytes.concat("PK\3\4".getBytes(StandardCharsets.US_ASCII), new byte[40], inner, new byte[9]);
        Path file = Shards.write(directory.resolve("a.zip"), outer);

        assertThat(Shards.index(ShardFormat.ZIP, file))
                .extracting(ImageRef::problem)
                .containsExactly(new ImageRef.Problem(
                        Status.UNSUPPORTED, "not a ZIP archive, or a truncated one: its end has no directory"));
    }

    @Test
    void zipThatIsCalledTarIsNamed() throws IOException {
        Path file = Shards.write(directory.resolve("a.tar"), Shards.bytes("masks.zip"));

        assertThat(Shards.index(ShardFormat.TAR, file))
                .extracting(ImageRef::problem)
                .containsExactly(new ImageRef.Problem(
                        Status.UNSUPPORTED,
                        "not a tar archive: it is a ZIP archive: use --input-format zip, or call it .zip"));
    }

    /** As pzstd writes it, which says in a first frame how long the next is. */
    @Test
    void zstandardThatBeginsWithASkippableFrameIsRead() throws IOException {
        byte[] frame = {0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
        Path file = Shards.write(directory.resolve("a.tar.zst"), Bytes.concat(frame, Shards.bytes("masks.tar.zst")));

        assertThat(Shards.index(ShardFormat.TAR, file))
                .extracting(Shards::member)
                .contains("0001.jpg");
    }

    @Test
    void corruptZipMemberIsFoundByItsChecksum() throws IOException {
        byte[] bytes = Shards.bytes("masks.zip");
        bytes[30 + "0001.jpg".length() + 20] ^= 1;
        Path file = Shards.write(directory.resolve("a.zip"), bytes);
        ImageRef first = Shards.index(ShardFormat.ZIP, file).get(0);

        assertThatThrownBy(() -> Shards.fetch(first, RecordFields.usual()))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageMatching("ZIP: 0001.jpg at byte \\d+: checksum mismatch in the member's data");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 21, 100, 700})
    void truncatedZipIsOneProblem(int length) throws IOException {
        Path file = Shards.write(directory.resolve("a.zip"), Arrays.copyOf(Shards.bytes("masks.zip"), length));

        assertThat(Shards.index(ShardFormat.ZIP, file))
                .singleElement()
                .extracting(ImageRef::problem)
                .isEqualTo(new ImageRef.Problem(
                        Status.UNSUPPORTED, "not a ZIP archive, or a truncated one: its end has no directory"));
    }

    /** Changes each byte of the directory in turn: no exception, and at most one row per member and one problem. */
    @Test
    void corruptZipDirectoryIsReportedInRows() throws IOException {
        byte[] whole = Shards.bytes("masks.zip");
        for (int at = whole.length - 700; at < whole.length; at += 3) {
            byte[] bytes = whole.clone();
            bytes[at] ^= (byte) 0x81;
            List<ImageRef> images = Shards.index(ShardFormat.ZIP, Shards.write(directory.resolve("a.zip"), bytes));
            assertThat(images).hasSizeLessThanOrEqualTo(12);
            for (ImageRef image : images) {
                if (image.problem() == null) {
                    try {
                        Shards.fetch(image, RecordFields.usual());
                    } catch (CorruptRecordException e) {
                        assertThat(e).hasMessageStartingWith("ZIP: ");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "masks.tar.bz2, 300",
        "masks.tar.xz, 300",
        "masks.tar.zst, 250",
        "masks.tar.zst, 305",
        "masks.tar.zst, 350",
        "masks.tar.zst, 650"
    })
    void truncatedCompressionKeepsTheImagesBeforeTheEnd(String name, int length) throws IOException {
        Path file = Shards.write(directory.resolve(name), Arrays.copyOf(Shards.bytes(name), length));

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        ImageRef.Problem problem = images.get(images.size() - 1).problem();
        assertThat(problem).isNotNull();
        assertThat(problem.error()).startsWith("tar: cannot be read from byte ");
    }

    @Test
    void pathsOfHuggingFaceAreReadAndKeepKeyAndTruth() throws IOException {
        Path file = Shards.file(directory, "hf_paths.parquet");
        Files.write(directory.resolve("one.png"), picture());

        List<Fetched> rows = fetchAll(file, RecordFields.usual());

        assertThat(rows)
                .extracting(Fetched::key)
                .containsExactly("one.png", "gone.png", "hf://datasets/x/y@main/one.png", null);
        assertThat(rows).extracting(Fetched::truth).containsExactly("T-shirt/top", "Bag", "Coat", "Bag");
        assertThat(Shards.sha256(rows.get(0).encoded())).isEqualTo(sha256(ONE_PIXEL));
        assertThat(problem(rows.get(1)).status()).isEqualTo(Status.UNREADABLE);
        assertThat(problem(rows.get(1)).error()).startsWith("the table has only the path gone.png: not found");
        assertThat(problem(rows.get(2)).error()).contains("hf:// paths are not supported: download the data set");
        assertThat(rows.get(3).problem()).isEqualTo(new ImageRef.Problem(Status.EMPTY, "the image is null"));
    }

    @Test
    void pathThatNoStoreCanOpenAffectsOnlyItsRow() throws IOException {
        Path file = Shards.file(directory, "hf_streamed.parquet");
        Files.write(directory.resolve("one.png"), picture());

        List<Fetched> rows = fetchAll(file, RecordFields.usual());

        assertThat(problem(rows.get(0)))
                .isEqualTo(new ImageRef.Problem(
                        Status.UNREADABLE,
                        "the table has only the path zip://one.png::https://example.org/x.zip: Cardinal and Hadoop know no"
                                + " such store; store the images' bytes in the table"));
        assertThat(problem(rows.get(1)).error())
                .endsWith("web addresses are not supported: download the images first, for example with img2dataset");
        assertThat(rows.get(2).problem()).isNull();
        assertThat(rows).extracting(Fetched::truth).containsExactly("T-shirt/top", "Bag", "Coat");
    }

    @Test
    void namesOfHuggingFaceClassesAreTheTruth() throws IOException {
        List<Fetched> rows = fetchAll(Shards.file(directory, "hf_embedded.parquet"), RecordFields.usual());

        assertThat(rows).extracting(Fetched::truth).containsExactly("Coat", "Bag", null);
        assertThat(rows).extracting(Fetched::key).containsExactly("a/one.png", null, null);
    }

    @Test
    void encryptedColumnIsReportedInARow() throws IOException {
        assertThat(Shards.index(ShardFormat.PARQUET, Shards.file(directory, "encrypted_image.parquet")))
                .singleElement()
                .extracting(ImageRef::problem)
                .isEqualTo(new ImageRef.Problem(
                        Status.UNDECODABLE, "Parquet: cannot be read from byte 0 onward: column image is encrypted"));
        assertThat(fetchAll(Shards.file(directory, "encrypted_other.parquet"), RecordFields.usual()))
                .extracting(Fetched::truth)
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource({
        "label_float.parquet, '1, null, 2.5'",
        "label_decimal.parquet, '10, null, 2.50'",
        "label_bool.parquet, 'true, false, null'",
        "label_upper.parquet, '3, 4, 5'",
        "label_list.parquet, 'null, null, null'"
    })
    void labelOfAnyTypeAndCaseIsTheTruth(String name, String expected) throws IOException {
        Path file = Shards.file(directory, name);
        List<String> truths = new ArrayList<>();
        fetchAll(file, RecordFields.usual()).forEach(row -> truths.add(String.valueOf(row.truth())));

        assertThat(String.join(", ", truths)).isEqualTo(expected);
        assertThat(ParquetColumns.requireImages(Shards.CONFIGURATION, path(file), RecordFields.usual())
                        .isPresent())
                .isEqualTo(name.equals("label_list.parquet"));
    }

    @Test
    void listOfLabelsIsNotTheTruthAndIsReported() throws IOException {
        Path file = Shards.file(directory, "label_list.parquet");

        assertThat(ParquetColumns.requireImages(Shards.CONFIGURATION, path(file), RecordFields.usual())
                        .orElse(""))
                .contains("column label is not the truth, because its type is optional group label (LIST)")
                .endsWith("--label-field chooses a column of single values");
    }

    @Test
    void fieldOfAStructIsReadByItsPath() throws IOException {
        RecordFields fields = new RecordFields("sample.image", "sample.cls", null, List.of());

        List<Fetched> rows = fetchAll(Shards.file(directory, "nested.parquet"), fields);

        assertThat(rows).extracting(Fetched::truth).containsExactly("a", null, null);
        assertThat(Shards.sha256(rows.get(0).encoded())).isEqualTo(sha256(ONE_PIXEL));
        assertThat(rows.get(2).problem()).isEqualTo(new ImageRef.Problem(Status.EMPTY, "the image is null"));
    }

    @Test
    void bytesOfOneLengthAreRead() throws IOException {
        List<Fetched> rows = fetchAll(Shards.file(directory, "fixed_length.parquet"), RecordFields.usual());

        assertThat(rows).extracting(Fetched::truth).containsExactly("a", "b");
        assertThat(rows.get(0).encoded()).startsWith(picture());
    }

    @Test
    void compressionThatIsNotSupportedIsNamed() {
        Path file = Shards.file(directory, "brotli.parquet");

        assertThatThrownBy(() -> fetchAll(file, RecordFields.usual()))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessage("Parquet: row 0: compression BROTLI is not supported: write the table with zstd or snappy");
    }

    @Test
    void textsOfATableAreReadWithoutSpark() throws IOException {
        Path file = Shards.file(directory, "hf_paths.parquet");

        assertThat(ParquetColumns.texts(Shards.CONFIGURATION, path(file), "image.path", 2))
                .containsExactly("one.png", "gone.png");
    }

    @ParameterizedTest
    @CsvSource({
        "base64.parquet, if it holds base64",
        "addresses.parquet, 'column url is text: if it holds paths, use --input-format manifest'",
        "addresses.parquet, 'optional double score_18 and 5 more'",
        "nested.parquet, 'but a field of a struct does: --image-field sample.image reads it'",
        "two_columns.parquet, several columns could contain the images; choose one with --image-field",
        "lists_of_images.parquet, 'column images contains several images per row; write one image per row, with explode'",
        "spark_image.parquet, 'decoded pixels, as Spark''s image source reads them'"
    })
    void tableWithoutImagesSaysWhatItHas(String name, String message) {
        Path file = Shards.file(directory, name);

        assertThatThrownBy(() -> ParquetColumns.requireImages(Shards.CONFIGURATION, path(file), RecordFields.usual()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(message);
    }

    @Test
    void directoryOfAPartitionIsAColumn() throws IOException {
        Path partition = Files.createDirectories(directory.resolve("year=2026/label=T-shirt%2Ftop"));
        Path file = Shards.file(partition, "nested.parquet");
        RecordFields fields = new RecordFields("sample.image", null, null, List.of());

        Fetched row = fetchAll(
                        file,
                        fields.withKeep(ParquetColumns.keep(Shards.CONFIGURATION, path(file), List.of("year", "id"))))
                .get(0);

        assertThat(row.truth()).isEqualTo("T-shirt/top");
        assertThat(row.kept()).containsExactly("2026", 1L);
        assertThat(ParquetColumns.keep(Shards.CONFIGURATION, path(file), List.of("year"))
                        .get(0)
                        .dataType())
                .isEqualTo(DataTypes.StringType);
    }

    @Test
    void recordsOfTensorFlowDatasetsAreRead() throws IOException {
        Path file = Shards.file(directory, "tfds.tfrecord");
        List<String> rows = new ArrayList<>();
        for (ImageRef image : Shards.index(ShardFormat.TFRECORD, file)) {
            Fetched fetched = Shards.fetch(image, RecordFields.usual());
            rows.add(fetched.key() + " " + fetched.truth() + " " + Shards.sha256(fetched.encoded()));
        }

        assertThat(rows).containsExactly("1.png 3 " + sha256(ONE_PIXEL), "2.png 0 " + sha256("grey_1_bit"));
    }

    @ParameterizedTest
    @CsvSource({
        "pixels.tfrecord, field image_raw usually holds decoded pixels",
        "sequence.tfrecord, it is a tf.train.SequenceExample"
    })
    void recordsWithoutImagesStopTheRun(String name, String message) throws IOException {
        Path file = Shards.file(directory, name);

        assertThatThrownBy(() -> TfRecordFields.requireImage(Shards.CONFIGURATION, path(file), RecordFields.usual()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(message);
        TfRecordFields.requireImage(
                Shards.CONFIGURATION, path(Shards.file(directory, "tfds.tfrecord")), RecordFields.usual());
    }

    @ParameterizedTest
    @CsvSource({"hf_paths.parquet, PARQUET", "tfds.tfrecord, TFRECORD", "masks.tar,"})
    void formatIsDetectedByContent(String name, ShardFormat expected) throws IOException {
        assertThat(ShardFormat.byContent(Shards.listed(Shards.file(directory, name)), Shards.CONFIGURATION)
                        .orElse(null))
                .isEqualTo(expected);
    }

    private static ImageRef.Problem problem(Fetched row) {
        ImageRef.Problem problem = row.problem();
        if (problem == null) {
            throw new AssertionError(row + " has no problem");
        }
        return problem;
    }

    private static org.apache.hadoop.fs.Path path(Path file) {
        return new org.apache.hadoop.fs.Path(file.toUri());
    }

    private static ShardFormat format(String name) {
        return ShardFormat.byName(name).orElseThrow();
    }

    private Map<SkipReason, Long> skipped(String name, List<String> extensions) throws IOException {
        try (ImageIterator images = ShardIndex.of(format(name), Shards.CONFIGURATION, RecordFields.usual(), extensions)
                .images(Shards.listed(Shards.file(directory, name)))) {
            images.forEachRemaining(image -> {});
            return Map.copyOf(images.skipped());
        }
    }

    private static List<Fetched> fetchAll(Path file, RecordFields fields) throws IOException {
        List<Fetched> rows = new ArrayList<>();
        try (ImageFetcher fetcher = ShardFetchers.of(ImageContainer.PARQUET, Shards.CONFIGURATION, fields)) {
            for (ImageRef image : Shards.index(ShardFormat.PARQUET, file, fields)) {
                rows.add(fetcher.fetch(image, 1000));
            }
        }
        return rows;
    }

    /** The SHA-256 of a picture, from the list of another library. */
    private static String sha256(String picture) {
        return Shards.lines("pictures.sha256").stream()
                .filter(line -> line.endsWith("  " + picture + ".png"))
                .map(line -> line.substring(0, 64))
                .findFirst()
                .orElseThrow();
    }

    private static byte[] picture() throws IOException {
        Path file = Files.createTempFile("picture", ".parquet");
        try {
            Files.write(file, Shards.bytes("hf_embedded.parquet"));
            return fetchAll(file, RecordFields.usual()).get(0).encoded();
        } finally {
            Files.delete(file);
        }
    }
}
