package dev.cardinal.udf.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.fetch.SkipReason;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads archives that GNU tar wrote with {@code make_tars.sh}; the {@code .sha256} files have the contents that GNU tar
 * finds in them.
 */
class TarImagesTest {
    private static final Pattern HIDDEN = Pattern.compile("(^|/)\\.[^./]");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"v7.tar", "ustar.tar", "gnu.tar", "pax.tar"})
    void everyRegularMemberIsAnImageWithTheBytesThatTarExtracts(String name) throws IOException {
        List<String> expected = Shards.lines(name + ".sha256").stream()
                .filter(line -> !HIDDEN.matcher(line.substring(66)).find())
                .toList();

        assertThat(sha256AndMembers(Shards.file(directory, name))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"webdataset.tar, TAR", "webdataset.tar.gz, COMPRESSED_TAR", "webdataset_members.tar.gz, COMPRESSED_TAR"
    })
    void gzipIsReadWhetherItHasOneMemberOrMany(String name, ImageContainer container) throws IOException {
        List<String> expected = Shards.lines("webdataset.tar.sha256").stream()
                .map(line -> line.replace("./", ""))
                .filter(line -> line.endsWith(".png") || line.endsWith(".webp"))
                .toList();
        Path file = Shards.file(directory, name);

        assertThat(sha256AndMembers(file)).isEqualTo(expected);
        assertThat(Shards.index(ShardFormat.TAR, file))
                .allMatch(image -> image.location().container() == container);
    }

    @Test
    void imagesOfASampleShareItsKeyAndTruth() throws IOException {
        List<ImageRef> images = Shards.index(ShardFormat.TAR, Shards.file(directory, "webdataset.tar"));

        assertThat(images.stream().map(image -> Shards.member(image) + " " + image.key() + " " + image.truth()))
                .containsExactly(
                        "000000.png 000000 207",
                        "000001.png 000001 golden retriever",
                        "000002.left.png 000002 5",
                        "000002.right.png 000002 5",
                        "000003.webp 000003 null");
    }

    @Test
    void referenceHasThePositionOfTheContent() throws IOException {
        Path file = Shards.file(directory, "repeated.tar");

        ImageRef image = Shards.index(ShardFormat.TAR, file).get(1);

        String archive = Shards.listed(file).path();
        assertThat(image)
                .isEqualTo(new ImageRef(
                        archive + "!/again/a.png#2",
                        new ImageRef.Location(archive, ImageContainer.TAR, 1536),
                        158,
                        Shards.MODIFIED,
                        "again/a",
                        null,
                        null));
    }

    @Test
    void repeatedNameGetsANumber() throws IOException {
        List<String> expected = new ArrayList<>(Shards.lines("repeated.tar.sha256"));
        expected.set(1, expected.get(1) + "#2");
        expected.set(2, expected.get(2) + "#3");

        assertThat(sha256AndMembers(Shards.file(directory, "repeated.tar"))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sparse_gnu.tar", "sparse_pax.tar"})
    void sparseMemberIsUndecodableAndItsNeighborsAreNot(String name) throws IOException {
        List<ImageRef> images = Shards.index(ShardFormat.TAR, Shards.file(directory, name));

        assertThat(images.stream().map(Shards::member)).containsExactly("holes/a.png", "holes/b.png", "holes/c.png");
        assertThat(images.get(1).problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNDECODABLE,
                        "tar: sparse members are not supported: write the archive without --sparse"));
        assertThat(Shards.sha256(
                        Shards.fetch(images.get(2), RecordFields.usual()).encoded()))
                .isEqualTo("61018c516103682b85d5a7acc29caea6eb2486824e4a9cedb1ee0137e6d030d8");
    }

    @Test
    void bookkeepingOfOtherProgramsIsCounted() throws IOException {
        byte[] archive = Bytes.concat(
                Bytes.tarMember("photos/1.jpg", new byte[9]),
                Bytes.tarMember("photos/Thumbs.db", new byte[9]),
                Bytes.tarMember("photos/desktop.ini", new byte[9]),
                Bytes.tarMember("@eaDir/1.jpg/SYNOPHOTO_THUMB.jpg", new byte[9]),
                Bytes.tarMember("__MACOSX/2.jpg", new byte[9]));
        Path file = Shards.write(directory.resolve("a.tar"), archive);

        try (ImageIterator images = ShardIndex.of(ShardFormat.TAR, Shards.CONFIGURATION, RecordFields.usual())
                .images(Shards.listed(file))) {
            assertThat(images).toIterable().extracting(ImageRef::key).containsExactly("photos/1");
            assertThat(images.skipped()).isEqualTo(Map.of(SkipReason.MARKER, 4L));
        }
    }

    @Test
    void hiddenMembersAreCounted() throws IOException {
        Path file = Shards.file(directory, "gnu.tar");
        try (ImageIterator images = ShardIndex.of(ShardFormat.TAR, Shards.CONFIGURATION, RecordFields.usual())
                .images(Shards.listed(file))) {
            images.forEachRemaining(image -> {});

            assertThat(images.skipped()).isEqualTo(Map.of(SkipReason.HIDDEN, 2L, SkipReason.LINK, 1L));
        }
    }

    @Test
    void archiveWithoutEndMarkerIsComplete() throws IOException {
        byte[] whole = Shards.bytes("repeated.tar");
        Path file = Shards.write(directory.resolve("a.tar"), Arrays.copyOf(whole, 3072));

        assertThat(Shards.index(ShardFormat.TAR, file)).hasSize(3).allMatch(image -> image.problem() == null);
    }

    @Test
    void concatenatedArchivesAreRead() throws IOException {
        Path file = Shards.write(
                directory.resolve("a.tar"), Bytes.concat(Shards.bytes("repeated.tar"), Shards.bytes("webdataset.tar")));

        assertThat(Shards.index(ShardFormat.TAR, file)).hasSize(8).allMatch(image -> image.problem() == null);
    }

    @ParameterizedTest
    @CsvSource({
        "550, 0, tar: cannot be read from byte 0 onward: a member of 69 bytes does not fit into the archive",
        "1100, 1, tar: cannot be read from byte 1024 onward: unexpected end of file within a header",
        "1600, 1, tar: cannot be read from byte 1024 onward: a member of 158 bytes does not fit into the archive"
    })
    void truncatedArchiveKeepsTheMembersBefore(int length, int kept, String error) throws IOException {
        Path file = Shards.write(directory.resolve("a.tar"), Arrays.copyOf(Shards.bytes("repeated.tar"), length));

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        assertThat(images).hasSize(kept + 1);
        assertThat(images.get(kept))
                .isEqualTo(ImageRef.problem(
                        Shards.listed(file).path(),
                        length,
                        Shards.MODIFIED,
                        new ImageRef.Problem(Status.UNDECODABLE, error)));
    }

    @ParameterizedTest
    @CsvSource({
        "1024, tar: cannot be read from byte 1024 onward: checksum mismatch in a header, 1",
        "0, not a tar archive: checksum mismatch in a header, 0"
    })
    void corruptHeaderEndsTheArchive(int header, String error, int kept) throws IOException {
        byte[] bytes = Shards.bytes("repeated.tar");
        bytes[header + 3] ^= 1;
        Path file = Shards.write(directory.resolve("a.tar"), bytes);

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        assertThat(images).hasSize(kept + 1);
        assertThat(problem(images.get(kept)).error()).isEqualTo(error);
        assertThat(problem(images.get(kept)).status()).isEqualTo(kept == 0 ? Status.UNSUPPORTED : Status.UNDECODABLE);
    }

    @Test
    void errorInGzipHasThePositionInUncompressedBytes() throws IOException {
        byte[] cut = Arrays.copyOf(Shards.bytes("webdataset_members.tar.gz"), 700);
        Path file = Shards.write(directory.resolve("a.tar.gz"), cut);

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        ImageRef last = images.get(images.size() - 1);
        assertThat(images.size()).isGreaterThan(1);
        assertThat(problem(last).error())
                .matches(
                        "tar: cannot be read from byte \\d+ of the uncompressed archive onward: unexpected end of the compressed stream");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '207\n'                                   | cls  | 207
                    '207\r\n'                                 | cls  | 207
                    '207\n\n'                                 | cls  | 207
                    ' 207 '                                   | txt  | 207
                    '\uFEFF207\n'                            | cls  | 207
                    ' \n'                                     | cls  |
                    '\uFEFF{"label": 5}'                      | json | 5
                    '"dog"'                                   | json | dog
                    '7'                                       | json | 7
                    '{"label": "a", "cls": 3}'                | json | 3
                    '{"cls": null, "class_id": 4}'            | json | 4
                    '{"cls": [1], "class_name": "tabby cat"}' | json | tabby cat
                    '{"caption": "a cat"}'                    | json |
                    '{"cls":'                                 | json |
                    '207'                                     | cls2 |
                    """)
    void truthIsReadFromTheCompanionsOfAnImage(String content, String extension, String expected) throws IOException {
        String text = content.replace("\\n", "\n").replace("\\r", "\r");
        byte[] archive = Bytes.concat(
                Bytes.tarMember("a/1.jpg", new byte[9]), Bytes.tarMember("a/1." + extension, Bytes.utf8(text)));
        Path file = Shards.write(directory.resolve("a.tar"), archive);

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        assertThat(images).hasSize(1);
        assertThat(images.get(0).truth()).isEqualTo(expected == null ? null : expected.replace("\\n", "\n"));
    }

    @Test
    void truthOfAnotherSampleIsNotUsed() throws IOException {
        byte[] archive = Bytes.concat(
                Bytes.tarMember("1.cls", Bytes.utf8("1")),
                Bytes.tarMember("2.jpg", new byte[1]),
                Bytes.tarMember("3.cls", Bytes.utf8("3")),
                Bytes.tarMember("3.jpg", new byte[1]));
        Path file = Shards.write(directory.resolve("a.tar"), archive);

        assertThat(Shards.index(ShardFormat.TAR, file).stream().map(ImageRef::truth))
                .containsExactly(null, "3");
    }

    @ParameterizedTest
    @CsvSource({
        "40000, 'an extended header has 40000 bytes, the limit is 32768'",
        "8589934591, a member of 8589934591 bytes does not fit into the archive"
    })
    void nameLongerThanAnyPathIsRejected(long length, String error) throws IOException {
        byte[] archive = Bytes.concat(
                Bytes.tarMember("a.jpg", new byte[1]),
                Bytes.tarHeader("././@LongLink", length, 'L'),
                new byte[100 * 512]);

        assertThat(lastError(archive)).isEqualTo("tar: cannot be read from byte 1024 onward: " + error);
    }

    @Test
    void tooManyExtendedHeadersAreRejected() throws IOException {
        List<byte[]> headers = new ArrayList<>(List.of(Bytes.tarMember("a.jpg", new byte[1])));
        headers.addAll(Collections.nCopies(65, Bytes.tarMember("././@LongLink", Bytes.utf8("b.jpg"), 'L')));
        headers.add(Bytes.tarMember("b.jpg", new byte[1]));

        assertThat(lastError(Bytes.concat(headers.toArray(byte[][]::new))))
                .isEqualTo("tar: cannot be read from byte 1024 onward: a member has more than 64 extended headers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"8 size=9\n", "99999999999999999999 size=9\n", "30 size=99999999999999999999\n", "x", "3 \n"})
    void corruptPaxHeaderIsReported(String records) throws IOException {
        byte[] archive = Bytes.concat(
                Bytes.tarMember("a.jpg", new byte[1]),
                Bytes.tarMember("x", Bytes.utf8(records), 'x'),
                Bytes.tarMember("b.jpg", new byte[1]));

        assertThat(lastError(archive)).isEqualTo("tar: cannot be read from byte 1024 onward: a pax header is corrupt");
    }

    @Test
    void paxHeaderSetsNameAndSizeOfItsMember() throws IOException {
        byte[] header = Bytes.tarHeader("b.jpg", 0, '0');
        byte[] archive = Bytes.concat(
                Bytes.tarMember("x", Bytes.utf8("9 size=7\n16 path=c/d.jpg\n"), 'x'),
                header,
                Arrays.copyOf(new byte[] {5}, 512));
        Path file = Shards.write(directory.resolve("a.tar"), archive);

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        assertThat(images).hasSize(1);
        assertThat(Shards.member(images.get(0))).isEqualTo("c/d.jpg");
        assertThat(images.get(0).length()).isEqualTo(7);
    }

    @Test
    void sampleWithTooManyImagesIsSplit() throws IOException {
        List<byte[]> members = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            members.add(Bytes.tarMember("frame." + i + ".jpg", new byte[0]));
        }
        members.add(Bytes.tarMember("frame.cls", Bytes.utf8("9")));
        Path file = Shards.write(directory.resolve("a.tar"), Bytes.concat(members.toArray(byte[][]::new)));

        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);

        assertThat(images).hasSize(2500);
        assertThat(images.get(1999).truth()).isNull();
        assertThat(images.get(2000).truth()).isEqualTo("9");
    }

    @Test
    void memberIsReadOnlyUpToTheLimit() throws IOException {
        Path file = Shards.file(directory, "repeated.tar");
        try (ImageFetcher fetcher = ShardFetchers.of(ImageContainer.TAR, Shards.CONFIGURATION, RecordFields.usual())) {
            assertThat(fetcher.fetch(Shards.index(ShardFormat.TAR, file).get(1), 5)
                            .encoded())
                    .isEqualTo(Arrays.copyOfRange(Shards.bytes("repeated.tar"), 1536, 1541));
        }
    }

    private String lastError(byte[] archive) throws IOException {
        Path file = Shards.write(directory.resolve("a.tar"), archive);
        List<ImageRef> images = Shards.index(ShardFormat.TAR, file);
        assertThat(images).hasSize(2);
        assertThat(Shards.member(images.get(0))).isEqualTo("a.jpg");
        return problem(images.get(1)).error();
    }

    private static ImageRef.Problem problem(ImageRef image) {
        ImageRef.Problem problem = image.problem();
        if (problem == null) {
            throw new AssertionError(image + " has no problem");
        }
        return problem;
    }

    private static List<String> sha256AndMembers(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (ImageRef image : Shards.index(ShardFormat.TAR, file)) {
            byte[] encoded = Shards.fetch(image, RecordFields.usual()).encoded();
            lines.add(Shards.sha256(encoded) + "  " + Shards.member(image));
        }
        return lines;
    }
}
