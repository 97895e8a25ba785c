package dev.cardinal.udf.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.FailingFileSystem;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.fs.Retry;
import dev.cardinal.udf.fs.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HadoopImageFetcherTest {
    private final HadoopImageFetcher fetcher = new HadoopImageFetcher(new Configuration());

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.png",
                "with space.png",
                "hundred%20percent.png",
                "star*.png",
                "[set]{a,b}?.png",
                "größe 日本.png",
                "_MG_1234.JPG",
                "hash#1&plus+2;3=4.png",
                "12:30.png"
            })
    void fileWithAnyNameIsRead(String name) throws IOException {
        Files.writeString(directory.resolve(name), "of " + name);

        assertThat(fetcher.fetch(ref(name), 100).encoded()).isEqualTo(("of " + name).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "4, 0123", "10, 0123456789", "11, 0123456789"})
    void fileIsReadOnlyUpToTheLimit(int limit, String expected) throws IOException {
        Files.writeString(directory.resolve("digits"), "0123456789");

        assertThat(fetcher.fetch(ref("digits"), limit).encoded()).asString().isEqualTo(expected);
    }

    @Test
    void emptyFileGivesNoBytes() throws IOException {
        Files.createFile(directory.resolve("empty"));

        assertThat(fetcher.fetch(ref("empty"), 10).encoded()).isEmpty();
    }

    @Test
    void missingFileIsUnreadable() {
        assertThatThrownBy(() -> fetcher.fetch(ref("missing.png"), 10))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("missing.png");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @Timeout(60)
    void pipeIsNeverOpened() throws Exception {
        Process made = new ProcessBuilder("mkfifo", directory + "/pipe.png").start();
        assertThat(made.waitFor()).isZero();

        assertThatThrownBy(() -> fetcher.fetch(ref("pipe.png"), 10))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessage("not a regular file: it is a named pipe");
    }

    /** Hadoop seeks in a file to read its end, which the kernel refuses for files in /proc. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void fileThatTheKernelMakesUpIsUnreadableOrRead() throws IOException {
        ImageRef image = ImageRef.file("file:/proc/cpuinfo", 0, 0, null);
        try {
            assertThat(fetcher.fetch(image, 100).encoded()).hasSize(100);
        } catch (UnreadableImageException e) {
            assertThat(e).hasMessage("the local disk cannot read it: Invalid argument");
        }
    }

    @Test
    void directoriesOfPartitionsAreKept() throws IOException {
        Path file = directory.resolve("split=a%20b/x.png");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x");
        List<StructField> keep = List.of(
                new StructField("split", DataTypes.StringType, true, Metadata.empty()),
                new StructField("other", DataTypes.StringType, true, Metadata.empty()));
        HadoopImageFetcher keeping =
                new HadoopImageFetcher(new Configuration(), RecordFields.usual().withKeep(keep));

        assertThat(keeping.fetch(ref("split=a%20b/x.png"), 10).kept()).containsExactly("a b", null);
    }

    @Test
    void pathBelowAFileIsUnreadable() throws IOException {
        Files.createFile(directory.resolve("a.png"));

        assertThatThrownBy(() -> fetcher.fetch(ref("a.png/b.png"), 10)).isInstanceOf(UnreadableImageException.class);
    }

    @Test
    void directoryIsUnreadable() throws IOException {
        Files.createDirectory(directory.resolve("folder.png"));

        assertThatThrownBy(() -> fetcher.fetch(ref("folder.png"), 10)).isInstanceOf(UnreadableImageException.class);
    }

    @Test
    void leftOverChecksumFileIsIgnored() throws IOException {
        Path file = directory.resolve("rotten.png");
        FileSystem local = FileSystem.getLocal(new Configuration());
        try (OutputStream out = local.create(new org.apache.hadoop.fs.Path(file.toUri()))) {
            out.write(new byte[100]);
        }
        Files.write(file, new byte[] {1, 2, 3});

        assertThat(fetcher.fetch(ref("rotten.png"), 10).encoded()).containsExactly(1, 2, 3);
    }

    /** Reading a process's memory at address 0 is an input/output error, like a bad sector. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void fileWithADiskErrorIsUnreadable() {
        ImageRef image = ImageRef.file("file:/proc/self/mem", 1, 0, null);

        assertThatThrownBy(() -> fetcher.fetch(image, 10))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("Input/output error");
    }

    @Test
    void unknownFileSystemFailsTheTask() {
        ImageRef image = ImageRef.file("gopher://host/a.png", 1, 0, null);

        assertThatThrownBy(() -> fetcher.fetch(image, 10))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("gopher");
    }

    @Test
    void transientFailuresAreRetried() throws IOException {
        Files.writeString(directory.resolve("a.png"), "bytes");
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));
        FailingFileSystem.FAILURES.add(new IOException("Connection reset by peer"));

        assertThat(failing(3).fetch(failingRef("a.png"), 100).encoded())
                .asString()
                .isEqualTo("bytes");
    }

    @Test
    void outageDoesNotMakeAnImageUnreadable() {
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));
        FailingFileSystem.FAILURES.add(new SocketTimeoutException("Read timed out"));

        assertThatThrownBy(() -> failing(2).fetch(failingRef("a.png"), 100))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("failed 2 times, last error: Read timed out");
    }

    @Test
    void lostBlockIsUnreadableAfterAllAttempts() {
        FailingFileSystem.FAILURES.add(new BlockMissingException("/a.png", "no live nodes", 0));
        FailingFileSystem.FAILURES.add(new BlockMissingException("/a.png", "no live nodes", 0));

        assertThatThrownBy(() -> failing(2).fetch(failingRef("a.png"), 100))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("no live nodes");
    }

    @Test
    void taskFailsIfTheFirst100ImagesAreForbidden() {
        HadoopImageFetcher fetcher = failing(1);
        for (int i = 0; i < 100; i++) {
            FailingFileSystem.FAILURES.add(new AccessDeniedException(i + ".png"));
        }
        for (int i = 0; i < 99; i++) {
            assertThatThrownBy(() -> fetcher.fetch(failingRef("a.png"), 100))
                    .isInstanceOf(UnreadableImageException.class);
        }

        assertThatThrownBy(() -> fetcher.fetch(failingRef("a.png"), 100))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("may not read any of the first 100 images of a task: 99.png");
    }

    @Test
    void anyNumberOfImagesMayBeForbiddenIfOneWasRead() throws IOException {
        HadoopImageFetcher fetcher = failing(1);
        Files.writeString(directory.resolve("a.png"), "bytes");
        fetcher.fetch(failingRef("a.png"), 100);
        for (int i = 0; i < 200; i++) {
            FailingFileSystem.FAILURES.add(new AccessDeniedException(i + ".png"));
            assertThatThrownBy(() -> fetcher.fetch(failingRef("a.png"), 100))
                    .isInstanceOf(UnreadableImageException.class);
        }
    }

    private static HadoopImageFetcher failing(int tries) {
        return new HadoopImageFetcher(FailingFileSystem.configuration(), new Retry(tries, failures -> {}));
    }

    private ImageRef failingRef(String name) {
        return ImageRef.file("failing:" + directory.resolve(name), 5, 0, null);
    }

    @AfterEach
    void noMoreFailures() {
        FailingFileSystem.FAILURES.clear();
    }

    /** Returns a reference as a listing creates it. */
    private ImageRef ref(String name) {
        String path = new org.apache.hadoop.fs.Path(directory.resolve(name).toUri()).toString();
        return ImageRef.file(path, 1, 0, null);
    }
}
