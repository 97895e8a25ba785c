package dev.cardinal.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.fetch.ImageRef;
import dev.cardinal.udf.image.Status;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeImages() throws IOException {
        Files.writeString(directory.resolve("a.png"), "12345");
        Files.createDirectories(directory.resolve("sub"));
        Files.writeString(directory.resolve("sub/b, c.png"), "123");
    }

    @Test
    void textHasAUriALineRelativeOrNot() throws IOException {
        Path list = write("images.txt", "a.png\n\nsub/b, c.png\n" + directory + "/a.png\n");

        Found found = find(list, FieldNames.usual());

        assertThat(found.images())
                .extracting(ImageRef::path, ImageRef::length, ImageRef::truth, ImageRef::problem)
                .containsExactly(tuple(path("a.png"), 5L, null, null), tuple(path("sub/b, c.png"), 3L, null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "list.csv | path,class\\n\"sub/b, c.png\",dog\\na.png,cat",
                "list.csv | weight,label,file_name\\n1,dog,\"sub/b, c.png\"\\n2,cat,a.png",
                "list.csv | \"sub/b, c.png\",dog\\na.png,cat",
                "list.tsv | uri\\ttruth\\nsub/b, c.png\\tdog\\na.png\\tcat",
                "list.txt | sub/b, c.png\\tdog\\na.png\\tcat"
            })
    void columnsAreKnownByTheirNamesOrTheirPlaces(String name, String content) throws IOException {
        Path list = write(name, content.replace("\\n", "\n").replace("\\t", "\t"));

        Found found = find(list, FieldNames.usual());

        assertThat(found.images())
                .extracting(ImageRef::path, ImageRef::truth)
                .containsExactly(tuple(path("a.png"), "cat"), tuple(path("sub/b, c.png"), "dog"));
    }

    @Test
    void columnsThatTheUserNamesAreTaken() throws IOException {
        Path list = write("list.csv", "path,where,species\nx,a.png,Felis catus\n");

        Found found = find(list, new FieldNames("where", "species", null, List.of()));

        assertThat(found.images())
                .extracting(ImageRef::path, ImageRef::truth)
                .containsExactly(tuple(path("a.png"), "Felis catus"));
    }

    @Test
    void columnThatIsMissingIsNamedWithThoseThatAreThere() throws IOException {
        Path list = write("list.csv", "path,where\nx,a.png\n");
        Path without = write("bare.csv", "a.png,cat\n");

        assertThatThrownBy(() -> find(list, new FieldNames(null, "species", null, List.of())))
                .isInstanceOf(CardinalException.class)
                .hasMessage("manifest file:" + list + " has no column species, only [path, where]");
        assertThatThrownBy(() -> find(without, new FieldNames("where", null, null, List.of())))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "manifest file:" + without + " has no header with the column where; its first line: a.png,cat");
    }

    @Test
    void parquetTableIsAManifestWhereTheUserSaysSo() throws IOException {
        StructType schema = new StructType().add("uri", DataTypes.StringType).add("label", DataTypes.IntegerType);
        Row row = RowFactory.create("a.png", 7);
        Path table = directory.resolve("table");
        TestSpark.session()
                .createDataFrame(List.of(row), schema)
                .coalesce(1)
                .write()
                .parquet(table.toString());

        Files.writeString(table.resolve("a.png"), "1");

        Found found = find(InputFormat.MANIFEST, table + "/*.parquet", FieldNames.usual(), null);

        assertThat(found.images())
                .as("relative to the table's directory")
                .extracting(ImageRef::path, ImageRef::truth)
                .containsExactly(tuple(path("table/a.png"), "7"));
    }

    @Test
    void entryThatIsNoFileIsARowThatSaysWhy() throws IOException {
        Path list = write("list.txt", "gone.png\nsub\ngopher://host/x.png\ns3a://me:hush@photos/y.png\na.png");

        Found found = find(list, FieldNames.usual());

        assertThat(found.images())
                .filteredOn(image -> image.problem() != null)
                .allSatisfy(image -> assertThat(problem(image).status()).isEqualTo(Status.UNREADABLE))
                .extracting(ImageRef::path, image -> problem(image).error().replaceFirst(":.*", ""))
                .containsExactly(
                        tuple(path("gone.png"), "not found"),
                        tuple(path("sub"), "is a directory, not a file"),
                        tuple("gopher://host/x.png", "not a valid path"),
                        tuple("s3a://photos/y.png", "not a valid path"));
        assertThat(found.images().toString()).doesNotContain("hush");
    }

    @Test
    void listThatIsNotNamedItselfIsAnImage() throws IOException {
        write("notes.txt", "a.png");

        assertThat(find(InputFormat.AUTO, directory.toString(), FieldNames.usual(), "*.txt")
                        .images())
                .extracting(ImageRef::path)
                .containsExactly(path("notes.txt"));
        assertThat(find(InputFormat.FILES, directory + "/notes.txt", FieldNames.usual(), null)
                        .images())
                .extracting(ImageRef::path)
                .containsExactly(path("notes.txt"));
    }

    @Test
    void includeSelectsEntries() throws IOException {
        write("list.txt", "a.png\nsub/b, c.png");

        assertThat(find(InputFormat.AUTO, directory + "/list.txt", FieldNames.usual(), "sub/*")
                        .images())
                .extracting(ImageRef::path)
                .containsExactly(path("sub/b, c.png"));
    }

    @Test
    void includeWithASlashMatchesTheWholePathOfAnEntryThatLiesElsewhere(@TempDir Path elsewhere) throws IOException {
        Path image = Files.writeString(elsewhere.resolve("e.png"), "1");
        write("list.txt", "a.png\n" + image);

        assertThat(find(InputFormat.AUTO, directory + "/list.txt", FieldNames.usual(), "**/e.png")
                        .images())
                .extracting(ImageRef::path)
                .containsExactly("file:" + image);
    }

    @Test
    void s3InventoryGivesLatestVersionsWithoutLookingThemUp() throws IOException {
        // Layout and values as in Amazon S3's documentation of inventory lists and manifests.
        Path report = Files.createDirectories(directory.resolve("report/2016-11-06T21-32Z"));
        Path data = Files.createDirectories(directory.resolve("report/data"));
        Files.writeString(report.resolve("manifest.json"), """
                {"sourceBucket": "photos", "destinationBucket": "arn:aws:s3:::inventories", "version": "2016-11-30",
                 "fileFormat": "CSV",
                 "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate",
                 "files": [{"key": "Inventory/photos/2016-11-06T21-32Z/files/939c6d46.csv.gz", "size": 1, "MD5checksum": "x"}]}
                """);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(data.resolve("939c6d46.csv.gz")))) {
            out.write("""
                    "photos","a%20b%2Bc+d/%C3%A9.jpg","v2","true","false","17","2016-08-11T22:19:33.000Z"
                    "photos","a%20b%2Bc+d/%C3%A9.jpg","v1","false","false","16","2016-08-10T22:19:33.000Z"
                    "photos","gone.jpg","v3","true","true","","2016-08-11T22:19:33.000Z"
                    "photos","folder/","v4","true","false","0","2016-08-11T22:19:33.000Z"
                    """.getBytes(StandardCharsets.UTF_8));
        }
        Configuration configuration = new Configuration();
        configuration.set("fs.s3a.impl", org.apache.hadoop.fs.LocalFileSystem.class.getName());

        Found found =
                Found.in(spec(InputFormat.AUTO, report + "/manifest.json", FieldNames.usual(), null), configuration);

        assertThat(found.images()).allMatch(image -> image.location().isReported());
        assertThat(found.images())
                .extracting(ImageRef::path, ImageRef::length, ImageRef::modifiedMillis)
                .containsExactly(tuple(
                        "s3a://photos/a b+c d/é.jpg",
                        17L,
                        Instant.parse("2016-08-11T22:19:33.000Z").toEpochMilli()));
    }

    @Test
    void columnsAreNotKeptOfAManifest() throws IOException {
        Path list = write("list.csv", "path,where\na.png,x\n");
        FieldNames keep = new FieldNames(null, null, null, List.of("where"));

        for (InputFormat format : new InputFormat[] {InputFormat.AUTO, InputFormat.MANIFEST}) {
            ImageSource source = new ImageSource(spec(format, list.toString(), keep, null), new Configuration());
            assertThatThrownBy(source::recordFields)
                    .isInstanceOf(CardinalException.class)
                    .hasMessage(
                            "--keep where names columns of Parquet tables of images, and the inputs contain no such table");
        }
    }

    @Test
    void jsonThatIsNoInventoryIsRefused() throws IOException {
        Path other = write("manifest.json", "{\"fileFormat\": \"ORC\"}");

        assertThatThrownBy(() -> find(other, FieldNames.usual()))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not an S3 Inventory manifest in CSV or Parquet: its fileFormat is 'ORC'");
    }

    private static ImageRef.Problem problem(ImageRef image) {
        ImageRef.Problem problem = image.problem();
        if (problem == null) {
            throw new AssertionError(image + " has no problem");
        }
        return problem;
    }

    private Found find(Path list, FieldNames fields) throws IOException {
        return find(InputFormat.AUTO, list.toString(), fields, null);
    }

    private static Found find(InputFormat format, String input, FieldNames fields, @Nullable String include)
            throws IOException {
        return Found.in(spec(format, input, fields, include), new Configuration());
    }

    private static SourceSpec spec(InputFormat format, String input, FieldNames fields, @Nullable String include) {
        return new SourceSpec(List.of(input), format, include, TruthFrom.NONE, fields);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private String path(String name) {
        return "file:" + directory + "/" + name;
    }
}
