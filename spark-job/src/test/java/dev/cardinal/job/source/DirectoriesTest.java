package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.types.StructField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directories as other programs leave them. */
class DirectoriesTest {
    @TempDir
    private Path temporary;

    private Path directory;

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = Files.createDirectory(temporary.resolve("in"));
    }

    @Test
    void markersAreCountedByKind() throws IOException {
        files("a.png", "_SUCCESS", "_metadata", "_common_metadata", ".a.png.crc", "b.crc", "11_$folder$", "Thumbs.db");
        files("desktop.ini", "__MACOSX/._a.png", "sub/_started_123", ".DS_Store");
        files("@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", "$RECYCLE.BIN/b.png", "a.png:Zone.Identifier", "Icon\r");

        Found found = find();

        assertThat(names(found)).isEqualTo("a.png");
        assertThat(found.because())
                .containsExactly(
                        "1 hidden: the name begins with a dot",
                        "14 marker files of other programs, such as _SUCCESS, *.crc or Thumbs.db");
    }

    @Test
    void markersAreRowsIfTheyAreNamed() throws IOException {
        files("_SUCCESS");

        assertThat(names(find(spec(directory + "/_SUCCESS")))).isEqualTo("_SUCCESS");
        assertThat(names(find(spec(directory + "/*")))).isEmpty();
    }

    @Test
    void sidecarsOfImagesAreCounted() throws IOException {
        files("a.jpg", "a.txt", "a.json", "a.jpg.json", "a.xml", "b.cls", "b.png", "sub/c.webp", "sub/c.txt");
        files("classes.txt", "README.md", "sub/a.txt");

        Found found = find();

        assertThat(names(found)).isEqualTo("README.md a.jpg b.png classes.txt sub/a.txt sub/c.webp");
        assertThat(found.skipped()).isEqualTo(6);
        assertThat(names(find(spec(directory + "/a*")))).isEqualTo("a.jpg");
        assertThat(find(with(Sidecars.READ)).images()).hasSize(12);
    }

    @Test
    void annotationsInADirectoryOfTheirOwnAreCounted() throws IOException {
        files(
                "yolo/images/train/1.jpg",
                "yolo/labels/train/1.txt",
                "yolo/labels/train/2.txt",
                "yolo/labels/classes.txt");
        files("roboflow/valid/images/3.jpg", "roboflow/valid/labels/3.txt", "roboflow/data.yaml");
        files("voc/JPEGImages/4.jpg", "voc/Annotations/4.xml", "other/annotations/5.xml", "other/images/5.png");
        files("labels/6.txt");

        Found found = find();

        assertThat(names(found))
                .isEqualTo("labels/6.txt other/images/5.png roboflow/data.yaml roboflow/valid/images/3.jpg"
                        + " voc/JPEGImages/4.jpg yolo/images/train/1.jpg yolo/labels/classes.txt"
                        + " yolo/labels/train/2.txt");
        assertThat(found.skipped()).isEqualTo(4);
        assertThat(names(find(spec(directory + "/yolo/labels")))).contains("yolo/labels/train/1.txt");
        assertThat(find(with(Sidecars.READ)).images()).hasSize(12);
    }

    @Test
    void foldersOfImg2datasetWorkAsTheyAre() throws IOException {
        files("web/00000.tar", "web/00000.parquet", "web/00000_stats.json");
        files("files/00000/000000000.jpg", "files/00000/000000000.json", "files/00000/000000000.txt");
        files("files/00000.parquet", "files/00000_stats.json");
        files("tables/00000.parquet", "tables/00000_stats.json");
        files("hub/train/a.jpg", "hub/train/metadata.jsonl", "hub/metadata.csv");

        Found found = find();

        assertThat(names(found))
                .isEqualTo("files/00000/000000000.jpg hub/train/a.jpg tables/00000.parquet web/00000.tar");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @Timeout(60)
    void specialFilesAreNeverOpened() throws Exception {
        files("a.png");
        assertThat(new ProcessBuilder("mkfifo", directory + "/pipe.png").start().waitFor())
                .isZero();
        Files.createSymbolicLink(directory.resolve("endless.png"), Path.of("/dev/zero"));
        Files.createSymbolicLink(directory.resolve("broken.png"), Path.of("gone"));
        Files.createSymbolicLink(directory.resolve("back"), directory);
        Path list = Files.writeString(temporary.resolve("list.txt"), "in/a.png\nin/pipe.png\n");

        Found found = find();

        assertThat(names(found)).isEqualTo("a.png");
        assertThat(found.because())
                .containsExactly(
                        "2 not regular files: named pipes, sockets, devices", "2 links that lead nowhere, or back");
        assertThatThrownBy(() -> source(spec(directory + "/pipe.png")).require(directory + "/pipe.png"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("input " + directory
                        + "/pipe.png is a named pipe, not a file: copy its content to a file first");
        ImageRef listed = find(spec(list.toString())).images().get(1);
        assertThat(listed.problem())
                .isEqualTo(new ImageRef.Problem(Status.UNREADABLE, "not a regular file: it is a named pipe"));
    }

    @Test
    void subdirectoryThatCannotBeListedIsARow() throws IOException {
        files("a.png", "lost+found/b.png");
        Configuration configuration = new Configuration();
        configuration.set("fs.denying.impl", DenyingFileSystem.class.getName());

        Found found = Found.in(spec("denying://" + directory), configuration);

        assertThat(found.images())
                .extracting(ImageRef::path)
                .containsExactly("denying:" + directory + "/a.png", "denying:" + directory + "/lost+found");
        assertThat(found.images().get(1).problem())
                .isEqualTo(new ImageRef.Problem(
                        Status.UNREADABLE, "this directory cannot be listed: permission denied: not yours"));
        assertThatThrownBy(() -> Found.in(spec("denying://" + directory + "/lost+found"), configuration))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/lost+found cannot be listed: permission denied: not yours");
    }

    /** The driver lists the top of a tree, which ends with what a directory reports last: markers, or files that might be sidecars. */
    @ParameterizedTest
    @CsvSource({"train/_SUCCESS, 41", "train/labels.txt, 42", "train/README.md, 42"})
    void directoriesOfAStoreAreListedWhateverLiesNextToThem(String other, int rows) throws IOException {
        files("a.png", other);
        for (int i = 0; i < 40; i++) {
            files("train/n" + i + "/b.png");
        }
        Configuration configuration = new Configuration();
        configuration.set("fs.denying.impl", DenyingFileSystem.class.getName());

        Found found = Found.in(spec("denying://" + directory), configuration);

        assertThat(found.images()).hasSize(rows);
        assertThat(found.images()).extracting(ImageRef::path).doesNotHaveDuplicates();
        assertThat(found.skipped()).isEqualTo(42 - rows);
    }

    /** A disk with a directory that only root may list. */
    public static final class DenyingFileSystem extends RawLocalFileSystem {
        @Override
        public URI getUri() {
            return URI.create("denying:///");
        }

        @Override
        public String getScheme() {
            return "denying";
        }

        @Override
        public RemoteIterator<FileStatus> listStatusIterator(org.apache.hadoop.fs.Path path) throws IOException {
            if (path.getName().equals("lost+found")) {
                throw new AccessControlException("not yours");
            }
            return super.listStatusIterator(path);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void nameThatIsNotUtf8IsCounted() throws Exception {
        files("a.png");
        Process process =
                new ProcessBuilder("bash", "-c", "touch \"$0\"/$'caf\\xe9.png'", directory.toString()).start();
        assertThat(process.waitFor()).isZero();

        assertThat(find().because()).containsExactly("1 names that are not UTF-8: rename them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* | 12:30:05.png 2026-11-01T01:00/c.png d.png",
                "12:* | 12:30:05.png",
                "*/*.png | 2026-11-01T01:00/c.png",
                "{12:30:05,d}.png | 12:30:05.png d.png",
                "2026-*/c.png | 2026-11-01T01:00/c.png",
                "[1d]*.png | 12:30:05.png d.png"
            })
    void globMatchesNamesWithAColon(String glob, String expected) throws IOException {
        files("12:30:05.png", "2026-11-01T01:00/c.png", "d.png");

        assertThat(names(find(spec(directory + "/" + glob)))).isEqualTo(expected);
    }

    @Test
    void unknownHostOfTheDefaultFileSystemIsNamed() {
        Configuration configuration = new Configuration();
        configuration.set("fs.defaultFS", "hdfs://no-such-host.invalid:8020");
        ImageSource source = new ImageSource(spec("/data/photos"), configuration);

        assertThatThrownBy(() -> source.require("/data/photos"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("input /data/photos: unknown host no-such-host.invalid, which fs.defaultFS names; write"
                        + " file:/data/photos if it is on the local disk");
    }

    @Test
    void includeThatMatchesNothingSaysHowManyFilesThereAre() throws IOException {
        files("a.png", "b.jpg", "sub/c.png");

        Found found = find(new SourceSpec(
                List.of(directory.toString()), InputFormat.AUTO, "*.png,*.jpg", TruthFrom.NONE, FieldNames.usual()));

        assertThat(found.images()).isEmpty();
        assertThat(found.because()).containsExactly("3 files that --include does not match");
    }

    @Test
    void directoriesOfPartitionsAreColumns() throws IOException {
        files("label=Bag/split=train/x.jpg", "label=T-shirt%2Ftop/split=test/y.jpg");
        files("label=__HIVE_DEFAULT_PARTITION__/split=test/z.jpg");

        assertThat(truths(with(null, TruthFrom.NONE))).isEqualTo("Bag T-shirt/top null");
        assertThat(truths(with("split", TruthFrom.NONE))).isEqualTo("train test test");
        assertThat(truths(with("none", TruthFrom.PARENT_DIR))).isEqualTo("train test test");
        SourceSpec keep = new SourceSpec(
                List.of(directory.toString()),
                InputFormat.AUTO,
                null,
                TruthFrom.NONE,
                new FieldNames(null, null, null, List.of("split")));
        RecordFields fields = source(keep).recordFields();
        assertThat(fields.keep()).extracting(StructField::name).containsExactly("split");
    }

    @Test
    void deltaTableIsReadThroughItsLog() throws IOException {
        copy("delta", directory.resolve("table"));

        Found found = find(spec(directory + "/table"));

        // As Python's deltalake reads it: three rows of T-shirt/top, one of Coat; the two of Bag are deleted.
        assertThat(found.images().stream()
                        .map(image -> image.location().file().replaceFirst(".*/(label=[^/]*)/.*", "$1")))
                .containsExactly("label=Coat", "label=T-shirt%2Ftop", "label=T-shirt%2Ftop", "label=T-shirt%2Ftop");
        assertThatThrownBy(this::find)
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/table is a Delta table: name it as an input of its own");
        RecordFields fields = source(new SourceSpec(
                        List.of(directory + "/table"),
                        InputFormat.AUTO,
                        null,
                        TruthFrom.NONE,
                        new FieldNames(null, null, null, List.of("label"))))
                .recordFields();
        assertThat(fields.keep()).extracting(StructField::name).containsExactly("label");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"protocol\":{\"minReaderVersion\":4}} | it needs a reader of version 4",
                "{\"protocol\":{\"minReaderVersion\":3,\"readerFeatures\":[\"v2Checkpoint\"]}}"
                        + " | it needs a reader with the feature v2Checkpoint",
                "{\"metaData\":{\"configuration\":{\"delta.columnMapping.mode\":\"name\"}}} | it maps its columns by name",
                "{\"add\":{\"path\":\"x\",\"deletionVector\":{\"storageType\":\"u\"}}} | deleted by deletion vectors",
                "{\"add\":{\"path\":\"x\",\"partitionValues\":{\"label\":\"a\"}}} | its column label is in neither",
                "{\"add\": | its commit 00000000000000000004.json is corrupt",
            })
    void unsupportedDeltaTableIsRefusedWithItsReason(String action, String reason) throws IOException {
        copy("delta", directory.resolve("table"));
        Files.writeString(directory.resolve("table/_delta_log/00000000000000000004.json"), action + "\n");

        assertThatThrownBy(() -> find(spec(directory + "/table")))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/table is a Delta table that Cardinal cannot read: ")
                .hasMessageContaining(reason);
    }

    @Test
    void deltaLogWithAGapIsRefused() throws IOException {
        copy("delta", directory.resolve("table"));
        Path log = directory.resolve("table/_delta_log");
        Files.move(log.resolve("00000000000000000003.json"), log.resolve("00000000000000000005.json"));

        assertThatThrownBy(() -> find(spec(directory + "/table")))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("its log has no commit 3");
    }

    @Test
    void deltaLogWithoutACheckpointIsReadFromItsCommits() throws IOException {
        copy("delta", directory.resolve("table"));
        Files.delete(directory.resolve("table/_delta_log/00000000000000000002.checkpoint.parquet"));

        assertThat(find(spec(directory + "/table")).images()).hasSize(4);
    }

    @Test
    void icebergTableIsRefused() throws IOException {
        files("table/data/a.parquet", "table/metadata/v1.metadata.json");

        assertThatThrownBy(() -> find(spec(directory + "/table")))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/table is an Iceberg table, which Cardinal cannot read");
    }

    @Test
    void lanceTableIsRefused() throws IOException {
        files("photos.lance/_versions/1.manifest", "photos.lance/data/a.lance");

        assertThatThrownBy(() -> find(spec(directory.toString())))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("/photos.lance is a Lance table, which Cardinal cannot read");
    }

    @Test
    void partWithoutAnExtensionIsRecognizedByItsContent() throws IOException {
        copy("delta", temporary.resolve("table"));
        Path part;
        try (Stream<Path> files = Files.walk(temporary.resolve("table/label=Coat"))) {
            part = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        Files.copy(part, directory.resolve("part-00000"));
        files("part-00001");

        assertThat(names(find())).isEqualTo("part-00000!/row=0 part-00001");
    }

    private static void copy(String resource, Path to) throws IOException {
        Path from = Path.of("src/test/resources/dev/cardinal/job/source").resolve(resource);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void files(String... names) throws IOException {
        for (String name : names) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, name.endsWith(".tar") ? emptyTar() : name.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Not an archive, so that its row has its own path. */
    private static byte[] emptyTar() {
        return new byte[] {1};
    }

    private Found find() throws IOException {
        return find(spec(directory.toString()));
    }

    private static Found find(SourceSpec spec) throws IOException {
        return Found.in(spec, new Configuration());
    }

    private String truths(SourceSpec spec) throws IOException {
        List<String> truths = new ArrayList<>();
        find(spec).images().forEach(image -> truths.add(String.valueOf(image.truth())));
        return String.join(" ", truths);
    }

    private static ImageSource source(SourceSpec spec) {
        return new ImageSource(spec, new Configuration());
    }

    private static SourceSpec spec(String input) {
        return SourceSpec.of(List.of(input));
    }

    private SourceSpec with(Sidecars sidecars) {
        return new SourceSpec(
                List.of(directory.toString()),
                InputFormat.AUTO,
                null,
                TruthFrom.NONE,
                FieldNames.usual(),
                sidecars,
                List.of());
    }

    private SourceSpec with(@Nullable String labelField, TruthFrom from) {
        return new SourceSpec(
                List.of(directory.toString()),
                InputFormat.AUTO,
                null,
                from,
                new FieldNames(null, labelField, null, List.of()));
    }

    private String names(Found found) {
        return found.images().stream()
                .map(image -> image.path().replace("file:" + directory + "/", ""))
                .collect(Collectors.joining(" "));
    }
}
