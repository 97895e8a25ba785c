package dev.cardinal.job.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.zoo.CardinalException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TruthFileTest {
    private static final Configuration CONFIGURATION = new Configuration();
    private static final StructType IMAGES = new StructType()
            .add("path", DataTypes.StringType)
            .add("sha256", DataTypes.StringType)
            .add("truth", DataTypes.StringType);

    @TempDir
    private Path directory;

    /** With columns of nanoseconds, times, half-precision floats and unsigned integers, and an integer label with a hole. */
    @Test
    void tableOfPandasIsReadByTheColumnsThatAreNeeded() throws IOException {
        Path table = Path.of("src/test/resources/dev/cardinal/job/source/truth_of_pandas.parquet");

        assertThat(read(
                                table.toString(),
                                "file:" + Path.of("a.png").toAbsolutePath(),
                                "file:" + Path.of("sub/b, c.png").toAbsolutePath(),
                                "file:" + Path.of("gone.png").toAbsolutePath())
                        .values())
                .containsExactly("1", null, "3");
    }

    /** The file has a byte order mark, quotes, commas, a line break in a name, an empty line, and rows of other images. */
    @Test
    void csvFollowsRfc4180AndPathsMatchInHadoopsForm() throws IOException {
        String truth = write("truth.csv", """
                \uFEFFsize,path,truth
                1,/photos/plain.jpg,cat
                2,"/photos/a, b.jpg",dog
                3,"file:/photos/say ""cheese"".jpg","sea, ""calm""\"
                4,file:///photos/Größe 日本.jpg,日本
                5,s3a://bucket/photos/1.jpg,fox
                6,/photos/cards.tar!/ace#2,ace
                7,"/photos/line
                break.jpg",eel
                8,/photos/back\\slash.jpg,ant
                9,/photos/star*[1]{2}?.jpg,star
                10,/photos/nowhere.jpg,gnu
                11,relative.jpg,here

                12,/photos/unlabeled.jpg,
                13,,orphan
                """);

        Map<String, @Nullable String> found = read(
                truth,
                "file:/photos/plain.jpg",
                "file:/photos/a, b.jpg",
                "file:/photos/say \"cheese\".jpg",
                "file:/photos/Größe 日本.jpg",
                "s3a://bucket/photos/1.jpg",
                "file:/photos/cards.tar!/ace#2",
                "file:/photos/line\nbreak.jpg",
                "file:/photos/back\\slash.jpg",
                "file:/photos/star*[1]{2}?.jpg",
                "file:" + Path.of("relative.jpg").toAbsolutePath(),
                "file:/photos/unlabeled.jpg",
                "file:/photos/other.jpg",
                "file:/photos/A.JPG");

        assertThat(found.values())
                .containsExactly(
                        "cat",
                        "dog",
                        "sea, \"calm\"",
                        "日本",
                        "fox",
                        "ace",
                        "eel",
                        "ant",
                        "star",
                        "here",
                        null,
                        null,
                        null);
    }

    @Test
    void textThatIsNotAPathMatchesLiterally() throws IOException {
        String truth = write("truth.csv", "path,truth\nhttp:image one,cat\n/photos//1.jpg,dog\n");

        assertThat(read(truth, "http:image one", "file:/photos/1.jpg", "/photos//1.jpg"))
                .containsExactly(
                        Map.entry("http:image one", "cat"),
                        Map.entry("file:/photos/1.jpg", "dog"),
                        Map.entry("/photos//1.jpg", "dog"));
    }

    @Test
    void parquetIsJoinedBySha256InEitherCase() throws IOException {
        Path truth = directory.resolve("truth");
        TestSpark.session()
                .sql("SELECT * FROM VALUES ('AB01', 3, 'x'), ('cd02', 4, 'y'), ('ef03', NULL, 'z')"
                        + " AS t(sha256, truth, more)")
                .repartition(2)
                .write()
                .parquet(truth.toString());
        Files.writeString(truth.resolve("README.txt"), "not a table");

        assertThat(read(truth.toString(), "ab01", "cd02", "ef03", null))
                .containsExactlyInAnyOrderEntriesOf(mapOf("ab01", "3", "cd02", "4", "ef03", null, null, null));
    }

    @Test
    void oneParquetFileAndCompressedCsvAreRead() throws IOException {
        Path parquet = directory.resolve("parquet");
        TestSpark.session()
                .sql("SELECT 'file:/1.jpg' AS path, 'cat' AS truth, 'ab01' AS sha256")
                .coalesce(1)
                .write()
                .parquet(parquet.toString());
        Path file;
        try (var files = Files.list(parquet)) {
            file = files.filter(each -> each.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
        Path renamed = Files.copy(file, directory.resolve("truth of [2026]"));
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
            out.write("path,truth\n/1.jpg,dog\n".getBytes(StandardCharsets.UTF_8));
        }
        Path compressed = Files.write(directory.resolve("truth.csv.gz"), gzip.toByteArray());

        assertThat(read(renamed.toString(), "file:/1.jpg")).containsEntry("file:/1.jpg", "cat");
        assertThat(read(compressed.toString(), "file:/1.jpg")).containsEntry("file:/1.jpg", "dog");
    }

    @Test
    void keyThatOccursTwiceWithOneTruthCountsOnce() throws IOException {
        String truth = write(
                "truth.csv", "path,truth\n/1.jpg,cat\nfile:/1.jpg,cat\nfile:/1.jpg,cat\n/2.jpg,dog\n//2.jpg,dog\n");

        assertThat(read(truth, "file:/1.jpg", "file:/2.jpg"))
                .containsExactly(Map.entry("file:/1.jpg", "cat"), Map.entry("file:/2.jpg", "dog"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "path,truth;/1.jpg,cat;file:/1.jpg,dog;/2.jpg,cat;/2.jpg,cat;/3.jpg,eel;/3.jpg,fox"
                        + " | gives different truths to 2 of its images (for example file:/1.jpg: 'cat' and 'dog')",
                "sha256,truth;AB,cat;ab,dog | gives different truths to 1 of its images (for example ab: 'cat' and 'dog')",
                "file,label;/1.jpg,cat | needs a column path or sha256, and a column truth; it has [file, label]",
                "path,label;/1.jpg,cat | needs a column path or sha256, and a column truth; it has [path, label]",
                "image,truth;/1.jpg,cat | needs a column path or sha256, and a column truth; it has [image, truth]",
                "path,path,truth;/1.jpg,/1.jpg,cat | it has [path0, path1, truth]",
                "path,truth | has no row with a path and a truth",
                "path,truth;/1.jpg, | has no row with a path and a truth",
                "path,truth;/a,b.jpg,cat;/2.jpg,cat;/3.jpg"
                        + " | 2 lines do not have the header's 2 fields (for example '/3.jpg'): put a field that contains commas in"
                        + " double quotes, and close every quote"
            })
    void invalidTruthFileIsRefused(String lines, String expected) throws IOException {
        String truth = write("truth.csv", lines.replace(';', '\n') + "\n");

        assertThatThrownBy(() -> read(truth, "file:/1.jpg"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("truth file:" + truth)
                .hasMessageContaining(expected);
    }

    @Test
    void unclosedQuoteDoesNotPrintTheWholeFile() throws IOException {
        String truth = write("truth.csv", "path,truth\n\"/1.jpg,cat\n" + "/2.jpg,dog\n".repeat(100_000));

        assertThatThrownBy(() -> read(truth, "file:/1.jpg"))
                .isInstanceOf(CardinalException.class)
                .message()
                .contains("1 lines do not have the header's 2 fields (for example '\"/1.jpg,cat /2.jpg,dog")
                .contains("close every quote")
                .hasSizeLessThan(1000);
    }

    @ParameterizedTest
    @CsvSource({"UTF-16LE, \uFEFF", "UTF-16BE, \uFEFF", "UTF-16LE, ''", "UTF-16BE, ''"})
    void utf16TextIsDetected(String encoding, String mark) throws IOException {
        byte[] text = (mark + "path,truth\n/1.jpg,cat\n").getBytes(Charset.forName(encoding));
        Path file = Files.write(directory.resolve("truth.csv"), text);
        Path set = Files.createDirectories(directory.resolve("set"));
        Files.write(set.resolve("1.csv"), text);

        assertThatThrownBy(() -> read(file.toString(), "file:/1.jpg"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("truth file:" + file + " is UTF-16 text: save it as UTF-8");
        assertThatThrownBy(() -> read(set.toString(), "file:/1.jpg"))
                .isInstanceOf(CardinalException.class)
                .hasMessage("truth file:" + set + " is UTF-16 text: save it as UTF-8");
    }

    @Test
    void utf16TextIsDetectedWithoutSpark() throws IOException {
        Path file =
                Files.write(directory.resolve("truth.csv"), "\uFEFFpath,truth\n".getBytes(StandardCharsets.UTF_16LE));

        assertThatThrownBy(() -> Truth.require(file.toString(), CONFIGURATION))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("save it as UTF-8");
    }

    @Test
    void filesWithOtherExtensionsInADirectoryAreIgnored() throws IOException {
        write("set/1.csv", "path,truth\n/1.jpg,cat\n");
        write("set/2.CSV", "path,truth\n/2.jpg,dog\n");
        write("set/1.csv.sha256", "0123abcd  1.csv\n");
        write("set/1.csv.bak", "path,truth\n/1.jpg,bat\n");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve("set/3.csv.gz")))) {
            out.write("path,truth\n/3.jpg,eel\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(read(directory.resolve("set").toString(), "file:/1.jpg", "file:/2.jpg", "file:/3.jpg"))
                .containsExactly(
                        Map.entry("file:/1.jpg", "cat"),
                        Map.entry("file:/2.jpg", "dog"),
                        Map.entry("file:/3.jpg", "eel"));
    }

    @Test
    void windowsLineEndsAreRead() throws IOException {
        String truth = write("truth.csv", "path,truth\r\n/1.jpg,cat\r\n/2.jpg,dog\r\n");

        assertThat(read(truth, "file:/1.jpg", "file:/2.jpg"))
                .containsExactly(Map.entry("file:/1.jpg", "cat"), Map.entry("file:/2.jpg", "dog"));
    }

    @Test
    void headerIgnoresCaseAndSpacesAndOtherColumnsCanShareAName() throws IOException {
        String truth = write("truth.csv", "Path, Truth ,note,note\n/1.jpg,cat,,\n");

        assertThat(read(truth, "file:/1.jpg")).containsEntry("file:/1.jpg", "cat");
    }

    @Test
    void keyColumnThatIsNotTextIsRefused() {
        String truth = directory.resolve("truth").toString();
        TestSpark.session()
                .sql("SELECT 1 AS path, 'cat' AS truth")
                .coalesce(1)
                .write()
                .parquet(truth);

        assertThatThrownBy(() -> read(truth, "1"))
                .hasMessage("truth file:" + truth + ": column path is int; it must be text");
    }

    @Test
    void corruptParquetIsRefused() throws IOException {
        String truth = write("truth", "PAR1 and then nothing");

        assertThatThrownBy(() -> read(truth, "1"))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("truth file:" + truth + " is not valid Parquet: ")
                .hasMessageContaining("is not a Parquet file");
    }

    @Test
    void filesOfADirectoryMustHaveTheSameColumns() throws IOException {
        write("set/1.csv", "path,truth\n/1.jpg,cat\n");
        write("set/2.csv", "truth,path\ncat,/2.jpg\n");

        assertThatThrownBy(() -> read(directory.resolve("set").toString(), "file:/1.jpg"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("set is not valid CSV: CSV header does not conform to the schema.")
                .hasMessageContaining("Expected: ");
    }

    @Test
    void filesOfADirectoryAreOneTable() throws IOException {
        write("set/1.csv", "path,truth\n/1.jpg,cat\n");
        write("set/2.csv", "path,truth\n/2.jpg,dog\n");
        write("set/_SUCCESS", "");
        write("set/_old/3.parquet", "");

        assertThat(read(directory.resolve("set").toString(), "file:/1.jpg", "file:/2.jpg"))
                .containsExactly(Map.entry("file:/1.jpg", "cat"), Map.entry("file:/2.jpg", "dog"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "missing.csv does not exist",
                "empty.csv is empty",
                "_hidden.csv has a name that begins with _ or ., and Spark ignores such files: rename it",
                "nothing contains no *.csv or *.parquet file: name a file, or a directory of files of one format",
                "both contains both *.csv and *.parquet files: name a file, or a directory of files of one format"
            })
    void invalidTruthFileIsDetectedWithoutSpark(String problem) throws IOException {
        write("empty.csv", "");
        write("_hidden.csv", "path,truth\n");
        write("nothing/notes.txt", "");
        write("both/1.csv", "");
        write("both/2.parquet", "");
        String name = problem.substring(0, problem.indexOf(' '));

        assertThatThrownBy(() -> Truth.require(directory.resolve(name).toString(), CONFIGURATION))
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("truth ")
                .hasMessageEndingWith(problem);
    }

    @Test
    void errorForATruthOfOtherImagesShowsBothKeys() throws IOException {
        String truth = write("truth.csv", "path,truth\nphotos/1.jpg,cat\n");
        TruthFile file = TruthFile.read(TruthFormat.of(truth, CONFIGURATION), TestSpark.session(), CONFIGURATION);

        assertThat(file.noMatch(images("file:/other.jpg")))
                .hasMessage("truth file:" + truth + " contains none of the images: no path matches (for example, the"
                        + " truth has photos/1.jpg, the predictions have file:/other.jpg)");
    }

    private String write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    /** Returns truths by key, for images that have the keys as their path and as their sha256, and another truth of their own. */
    private static Map<String, @Nullable String> read(String truth, @Nullable String... keys) throws IOException {
        TruthFile file = TruthFile.read(TruthFormat.of(truth, CONFIGURATION), TestSpark.session(), CONFIGURATION);
        Map<String, @Nullable String> found = new LinkedHashMap<>();
        List<Row> rows = file.join(images(keys)).select("path", "truth").collectAsList();
        for (String key : keys) {
            rows.stream()
                    .filter(row -> java.util.Objects.equals(row.getString(0), key))
                    .forEach(row -> found.put(key, row.getString(1)));
        }
        assertThat(rows).hasSize(keys.length);
        return found;
    }

    private static Dataset<Row> images(@Nullable String... keys) {
        return TestSpark.session()
                .createDataFrame(
                        Arrays.stream(keys)
                                .map(key -> RowFactory.create(key, key, "own"))
                                .toList(),
                        IMAGES);
    }

    private static Map<String, @Nullable String> mapOf(@Nullable String... keysAndValues) {
        Map<String, @Nullable String> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
