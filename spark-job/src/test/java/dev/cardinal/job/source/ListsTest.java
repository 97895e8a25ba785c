package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists as people write them: each is read correctly, or stops the run before anything is labeled. */
class ListsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeImages() throws IOException {
        for (String name : List.of(
                "a.png",
                "my photo.png",
                "12:30:05.png",
                "2026-11-01T01:00/c.png",
                "sub/b, c.png",
                "café #1.png",
                "a%20b.png",
                " lead.png",
                "😀 ü.png")) {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, name);
        }
    }

    /** The lines, with ~ for a tab, ¦ for a vertical bar and ¶ for the end of a line; then "name=truth" of the images in order of path. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "val.txt | a.png 8¶my photo.png 9 | a.png=8 my photo.png=9",
                "val.txt | a.png  8¶my photo.png  9 | a.png=8 my photo.png=9",
                "val.lst | a.png Bag | a.png=Bag",
                "val.txt | a.png 1 0 1 | a.png=1 0 1",
                "val.txt | 1 a.png¶2 my photo.png | a.png=null my photo.png=null",
                "val.txt | cat a.png¶dog my photo.png | a.png=cat my photo.png=dog",
                "val.txt | a.png~8¶my photo.png~9 | a.png=8 my photo.png=9",
                "val.txt | a.png¶my photo.png | a.png=null my photo.png=null",
                "val.txt | path,label¶a.png,cat | a.png=cat",
                "gt.csv | Filename;Width;ClassId¶a.png;29;7¶my photo.png;30;8 | a.png=7 my photo.png=8",
                "gt.csv | a.png;7¶my photo.png;8 | a.png=7 my photo.png=8",
                "a.csv | \uFEFFpath,label¶a.png,cat | a.png=cat",
                "a.csv | img,species¶a.png,cat¶my photo.png,dog | a.png=cat my photo.png=dog",
                "a.csv | ,path,label¶0,a.png,cat¶1,my photo.png,dog | a.png=cat my photo.png=dog",
                "a.csv | 0,a.png,cat¶1,my photo.png,dog | a.png=cat my photo.png=dog",
                "a.csv | 0,a.png¶1,my photo.png | a.png=null my photo.png=null",
                "a.csv | cat,a.png¶dog,my photo.png | a.png=cat my photo.png=dog",
                "a.csv | id,a,b¶1,a.png,x¶2,my photo.png,y | a.png=x my photo.png=y",
                "a.csv | \" lead.png\",x | lead.png=x",
                "a.csv | a.png ,x | a.png=x",
                "a.csv | \"sub/b, c.png\",\"say \"\"hi\"\"\" | sub/b, c.png=say \"hi\"",
                "a.csv | caf%C3%A9%20%231.png,x¶a%20b.png,y | a%20b.png=y café #1.png=x",
                "a.csv | 12:30:05.png,x¶2026-11-01T01:00/c.png,y | 12:30:05.png=x 2026-11-01T01:00/c.png=y",
                "metadata.jsonl | {\"file_name\": \"a.png\", \"label\": 3}¶{\"file_name\": \"my photo.png\"}"
                        + " | a.png=3 my photo.png=null",
                "metadata.csv | file_name,additional,label¶a.png,z,3 | a.png=3",
                "list.json | [{\"path\": \"a.png\", \"label\": \"x\"}, {\"path\": \"my photo.png\"}]"
                        + " | a.png=x my photo.png=null",
                "list.json | [\"a.png\", \"my photo.png\"] | a.png=null my photo.png=null",
                "list.ndjson | {\"image\": {\"path\": \"a.png\"}, \"class\": true} | a.png=true",
                "a.txt | //%DIR%/a.png | a.png=null",
                "a.txt | file://localhost%DIR%/a.png | a.png=null",
                "a.txt | sub\\b, c.png¶.\\a.png | a.png=null sub/b, c.png=null",
                "a.csv | path,label¶2026-11-01T01:00\\c.png,x | 2026-11-01T01:00/c.png=x",
                "a.txt | 😀 u\u0308.png | 😀 ü.png=null",
                "a.csv | ファイル名,ラベル¶a.png,猫 | a.png=猫",
                "a.tsv | Datei~Klasse¶a.png~Katze | a.png=Katze",
                "a.csv | path, label¶a.png, cat | a.png=cat",
                "a.csv | path, label¶a.png, \"big, cat\" | a.png=big, cat",
                "a.csv | # made by a tool¶#¶path,label¶a.png,cat | a.png=cat",
                "a.txt | # made by a tool¶¶  # indented¶a.png 3 | a.png=3",
                "a.txt | d41d8cd98f00b204e9800998ecf8427e  a.png¶0cc175b9c0f1b6a831c399e269772661  my photo.png"
                        + " | a.png=null my photo.png=null",
                "a.csv | a.png,d41d8cd98f00b204e9800998ecf8427e,¶my photo.png,0cc175b9c0f1b6a831c399e269772661,"
                        + " | a.png=null my photo.png=null",
                "a.csv | sep=;¶path;label¶a.png;cat | a.png=cat",
                "a.csv | path,caption,label¶a.png,\"two¶lines\",cat¶my photo.png,\"\",dog | a.png=cat my photo.png=dog",
                "a.csv | path¦label¶a.png¦cat | a.png=cat",
                "a.txt | a.png¦cat | a.png=cat",
                "a.txt | \"a.png\"¶\"my photo.png\" | a.png=null my photo.png=null",
                "a.csv | path,label,¶a.png,cat, | a.png=cat",
                "train.lst | 0~3.000000~a.png¶1~4.000000~my photo.png | a.png=3.000000 my photo.png=4.000000",
                "a.jsonl | {\"file_name\": null}¶{\"file_name\": \"a.png\", \"label\": \"x\"} | a.png=x",
                "a.txt | %DIR%/a.png¶file:%DIR%/a.png¶file://%DIR%/./a.png¶//%DIR%//a.png | a.png=null",
            })
    void listIsReadAsItIsWritten(String name, String lines, String expected) throws IOException {
        Path list = write(name, text(lines), StandardCharsets.UTF_8);

        assertThat(found(list, FieldNames.usual()).strip()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gz", "bz2", "xz", "zst"})
    void compressedListIsRead(String extension) throws IOException, CompressorException {
        Path list = directory.resolve("list.csv." + extension);
        try (OutputStream out = new CompressorStreamFactory()
                .createCompressorOutputStream(
                        switch (extension) {
                            case "gz" -> "gz";
                            case "bz2" -> "bzip2";
                            case "xz" -> "xz";
                            default -> "zstd";
                        },
                        Files.newOutputStream(list))) {
            out.write("path,label\na.png,cat\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(found(list, FieldNames.usual())).isEqualTo("a.png=cat");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-8"})
    void listInUnicodeIsRead(String charset) throws IOException {
        Path list = write("list.csv", "\uFEFFpath,label\r\ncafé #1.png,größe\r\n", Charset.forName(charset));
        Path bare = write("bare.txt", "a.png\tcat\r\n", Charset.forName(charset));

        assertThat(found(list, FieldNames.usual())).isEqualTo("café #1.png=größe");
        assertThat(found(bare, FieldNames.usual())).isEqualTo("a.png=cat");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "a.txt | x.png 8¶y.png 9 | none of the files that its first 2 entries name exists. Read as one path per line,"
                        + " its first entry is file:%DIR%/x.png 8 (not found: ; its first line: x.png 8. Write one path per line",
                "a.csv | id,a,b¶1,2,3 | its first line: id,a,b",
                "a.csv | x.png;8 | its first line: x.png;8",
                "coco.json | {\"a.png\": \"cat\"} | has no field with a path, only a.png",
                "coco.json | {¶\"images\": []¶} | is one JSON document over several lines, not a list",
                "a.txt | https://example.org/x.png | web addresses are not supported: download the images first",
                "a.txt | hf://datasets/x/a.png | hf:// paths are not supported",
                "a.txt | C:\\data\\a.png | its first line: C:\\data\\a.png",
                "coco.json | {\"images\": [{\"file_name\": \"a.png\"}], \"annotations\": []}"
                        + " | is one JSON document, not a list: write one object per line",
                "a.jsonl | [\"a.png\", \"cat\"]¶[\"my photo.png\", \"dog\"] | has a JSON array in every line",
                "a.json | {\"path\": {\"0\": \"a.png\"}, \"label\": {\"0\": \"cat\"}}"
                        + " | field path is not text: name the field with the path with --image-field",
                "a.json | [{\"path\": \"a.png\"}, {\"path\": \"b.p | cannot be read: its JSON is invalid: Unexpected end",
                "a.txt | a.png\0my photo.png | is not text: it contains control characters",
                "a.csv | PK\u0003\u0004xl/ | is not text: it is a spreadsheet or an archive; save it as CSV",
            })
    void listWhoseFilesDoNotExistStopsBeforeAnythingIsLabeled(String name, String lines, String message)
            throws IOException {
        Path list = write(name, text(lines), StandardCharsets.UTF_8);
        ImageSource source = source(list, InputFormat.AUTO, FieldNames.usual());

        assertThatThrownBy(() -> source.require(list.toString()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(text(message).split("\\(not found", -1)[0])
                .hasMessageContaining(list.toString());
    }

    @Test
    void commentsBeforeTheFirstEntryMayBeLong() throws IOException {
        String lines = "# a license\n".repeat(150) + "path,label\na.png,cat\n";
        Path list = write("list.csv", lines, StandardCharsets.UTF_8);

        assertThat(found(list, FieldNames.usual())).isEqualTo("a.png=cat");
    }

    @Test
    void listInAnotherEncodingStops() throws IOException {
        Path list = write("list.csv", "a.png,Käse\n", Charset.forName("windows-1252"));

        assertThatThrownBy(() -> found(list, FieldNames.usual()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is neither UTF-8 nor UTF-16: save it as UTF-8");
    }

    @Test
    void quoteThatIsNeverClosedHidesNoOtherLine() throws IOException {
        Path list = write("list.csv", "path,label\n\"a.png,cat\nmy photo.png,dog\n", StandardCharsets.UTF_8);

        assertThat(found(list, FieldNames.usual())).isEqualTo("\"a.png,cat".substring(1) + "=null my photo.png=dog");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list.xlsx", "data.yaml", "list.YML"})
    void listInAFormatThatIsNotReadStops(String name) throws IOException {
        Path list = write(name, "- a.png\n", StandardCharsets.UTF_8);

        assertThatThrownBy(
                        () -> source(list, InputFormat.AUTO, FieldNames.usual()).require(list.toString()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is neither an image nor a list that is read");
    }

    @Test
    void oneMissingFileAmongOthersIsARow() throws IOException {
        Path list = write("a.txt", "gone.png 1\na.png 2\n", StandardCharsets.UTF_8);

        List<ImageRef> images = Found.in(spec(list, InputFormat.AUTO, FieldNames.usual()), new Configuration())
                .images();

        assertThat(images).extracting(ImageRef::truth).containsExactly("2", "1");
        ImageRef.Problem problem = images.get(1).problem();
        assertThat(problem).isNotNull();
        assertThat(problem.status()).isEqualTo(Status.UNREADABLE);
    }

    @ParameterizedTest
    @CsvSource({"list.csv, ''", "list.csv, 'path,label\n'", "list.jsonl, '\n\n'"})
    void emptyListHasNoImages(String name, String content) throws IOException {
        assertThat(found(write(name, content, StandardCharsets.UTF_8), FieldNames.usual()))
                .isEmpty();
    }

    @Test
    void columnThatTheUserNamesIsReadWhateverTheSeparator() throws IOException {
        Path list = write("list.csv", "id;where;species\n1;a.png;cat\n", StandardCharsets.UTF_8);

        assertThat(found(list, new FieldNames("where", "species", null, List.of())))
                .isEqualTo("a.png=cat");
    }

    @Test
    void tableOfPandasIsReadByTheColumnsThatAreNeeded() throws IOException {
        Path list = resource("list_of_pandas.parquet");

        assertThat(found(list, InputFormat.MANIFEST, FieldNames.usual()))
                .isEqualTo("a.png=1 gone.png=3 sub/b, c.png=null");
        assertThat(found(list, InputFormat.MANIFEST, new FieldNames("path", "count", null, List.of())))
                .isEqualTo("a.png=1 gone.png=3 sub/b, c.png=2");
    }

    @Test
    void structOfATableIsReadByItsPath() throws IOException {
        Path list = resource("list_of_structs.parquet");

        assertThat(found(list, InputFormat.MANIFEST, FieldNames.usual())).isEqualTo("a.png=1 sub/b, c.png=2");
        assertThat(found(list, InputFormat.MANIFEST, new FieldNames("image.path", null, null, List.of())))
                .isEqualTo("a.png=1 sub/b, c.png=2");
    }

    @Test
    void tableWhoseFilesDoNotExistStops(@TempDir Path elsewhere) throws IOException {
        Path list = Files.copy(resource("list_of_structs.parquet"), elsewhere.resolve("list.parquet"));

        assertThatThrownBy(() ->
                        source(list, InputFormat.MANIFEST, FieldNames.usual()).require(list.toString()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("none of the files that its first 2 rows name in column image.path exists");
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = ListsTest.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            return Files.write(directory.resolve(name), in.readAllBytes());
        }
    }

    private String text(String lines) {
        return lines.replace("¶", "\n").replace("~", "\t").replace("¦", "|").replace("%DIR%", directory.toString());
    }

    private Path write(String name, String content, Charset charset) throws IOException {
        return Files.writeString(directory.resolve(name), content, charset);
    }

    private String found(Path list, FieldNames fields) throws IOException {
        return found(list, InputFormat.AUTO, fields);
    }

    private String found(Path list, InputFormat format, FieldNames fields) throws IOException {
        source(list, format, fields).require(list.toString());
        return Found.in(spec(list, format, fields), new Configuration()).images().stream()
                .map(image -> image.path().replace("file:" + directory + "/", "") + "=" + image.truth())
                .collect(Collectors.joining(" "));
    }

    private static ImageSource source(Path list, InputFormat format, FieldNames fields) {
        return new ImageSource(spec(list, format, fields), new Configuration());
    }

    private static SourceSpec spec(Path list, InputFormat format, FieldNames fields) {
        return new SourceSpec(List.of(list.toString()), format, null, TruthFrom.NONE, fields);
    }
}
