package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives and indexes that try to fill the disk or to reach other files. */
class HostileArchiveTest {
    private final Path directory;
    private final Path file;
    private List<String> before = List.of();

    HostileArchiveTest(@TempDir Path directory) {
        this.directory = directory;
        this.file = directory.resolve("weights");
    }

    @BeforeEach
    void listTemporaryFiles() throws IOException {
        before = temporaryFiles();
    }

    @AfterEach
    void noTemporaryFileIsLeft() throws IOException {
        assertThat(temporaryFiles()).isSubsetOf(before);
    }

    private static List<String> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("cardinal-checkpoint"))
                    .toList();
        }
    }

    private static void zeros(OutputStream out, int mebibytes) throws IOException {
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < mebibytes; i++) {
            out.write(block);
        }
    }

    @Test
    void gzipBombIsRefused() throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            zeros(out, 100);
        }
        HostileFiles.assertRefused(file, "too many for weights");
    }

    @Test
    void zipBombIsRefused() throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry("weights.pth"));
            zeros(out, 100);
            out.closeEntry();
        }
        HostileFiles.assertRefused(file, "too many for weights");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil.pth", "/etc/evil.pth", "a\nb.pth"})
    void nameOfAnEntryIsNeverAPath(String name) throws IOException {
        ByteArrayOutputStream weights = new ByteArrayOutputStream();
        weights.write(Fixtures.bytes("zip_views.pth"));
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            entry.setSize(weights.size());
            out.putArchiveEntry(entry);
            out.write(weights.toByteArray());
            out.closeArchiveEntry();
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            assertThat(checkpoint.stateDicts().get("")).hasSize(11);
            assertThat(checkpoint.notes()).singleElement().asString().doesNotContain("\n");
        }
        assertThat(directory.resolve("../../evil.pth")).doesNotExist();
    }

    @Test
    void linkInATarIsNotAFile() throws IOException {
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            TarArchiveEntry entry = new TarArchiveEntry("weights.pth", TarConstants.LF_SYMLINK);
            entry.setLinkName("/etc/passwd");
            out.putArchiveEntry(entry);
            out.closeArchiveEntry();
        }
        HostileFiles.assertRefused(file, "a TAR archive that contains no file");
    }

    @Test
    void tarOfManyFilesIsListedInPart() throws IOException {
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(file))) {
            for (int i = 0; i < 2000; i++) {
                out.putArchiveEntry(new TarArchiveEntry("image" + i + ".jpg"));
                out.closeArchiveEntry();
            }
        }
        HostileFiles.assertRefused(file, "contains image0.jpg, image1.jpg, image2.jpg and 1997 more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../weights", "/etc/passwd", "a/b", "..", "", "a\\\\b"})
    void indexReachesNoFileOutsideItsDirectory(String shard) throws IOException {
        Files.writeString(file, "{\"weight_map\": {\"a\": \"" + shard + "\"}}");
        HostileFiles.assertRefused(file, "(index of shards)", "not the name of a file in its directory");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"weight_map\": {}}",
                "{\"weight_map\": []}",
                "{\"weight_map\": {\"a\": ",
                "{\"weight_map\": {\"a\": {\"b\": 1}}}",
                "{\"weight_map\": {\"a\": \"weights\"}}",
                "{\"weight_map\": {\"a\": \"absent\"}}"
            })
    void invalidIndexIsRefused(String json) throws IOException {
        Files.writeString(file, json);
        HostileFiles.assertRefused(file, "checkpoint " + directory);
    }

    @Test
    void deepOrLongJsonIsNotAnIndex() throws IOException {
        Files.writeString(file, "{\"a\": " + "[".repeat(1_000_000));
        HostileFiles.assertRefused(file, "the file contains JSON");
        Files.write(file, ("{\"" + "a".repeat(4_000_000) + "\": 1}").getBytes(UTF_8));
        HostileFiles.assertRefused(file, "the file contains JSON");
    }

    @Test
    void indexInAnArchiveIsRefused() throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("{\"weight_map\": {\"a\": \"weights\"}}".getBytes(UTF_8));
        }
        HostileFiles.assertRefused(file, "index of shards in an archive");
    }

    @Test
    void shardThatLacksATensorOfTheIndexIsReported() throws IOException {
        Files.write(directory.resolve("shard.pth"), Fixtures.bytes("zip_views.pth"));
        Files.writeString(file, "{\"weight_map\": {\"whole\": \"shard.pth\", \"fc.weight\": \"shard.pth\"}}");
        HostileFiles.assertRefused(file, "lists tensor fc.weight in shard.pth, which does not contain it");
    }
}
