package dev.cardinal.job.select;

import static dev.cardinal.job.select.TestTable.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.job.TestSpark;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExclusionTest {
    private static final String A = sha256("a");
    private static final String B = sha256("b");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"list.txt", "with [brackets] and * {a,b}.txt"})
    void textFileHasOneHashPerLineInAnyCase(String name) throws IOException {
        String text = "\uFEFF" + A.toUpperCase(Locale.ROOT) + "\r\n\n \t" + B + " \n";

        assertThat(hashes(Files.writeString(directory.resolve(name), text))).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void compressedTextFileIsRead() throws IOException {
        Path file = directory.resolve("list.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((A + "\n" + B).getBytes(StandardCharsets.UTF_8));
        }

        assertThat(hashes(file)).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void emptyTextFileExcludesNothing() throws IOException {
        assertThat(hashes(Files.writeString(directory.resolve("empty"), ""))).isEmpty();
    }

    @Test
    void invalidLineIsReportedWithItsNumber() throws IOException {
        Path file = Files.writeString(directory.resolve("list.txt"), A + "\n\n" + B + "  cat.jpg\n" + A.substring(1));

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--exclude " + file + ", line 3: expected 64 hexadecimal digits of a SHA-256, not '" + B
                        + "  cat.jpg'");
    }

    @Test
    void columnSha256OfParquetIsRead() throws IOException {
        Path table =
                parquet("SELECT '" + A.toUpperCase(Locale.ROOT) + "' AS sha256, 1 AS other UNION ALL SELECT null, 2");

        assertThat(hashes(table)).containsExactly(A);
        assertThat(hashes(onlyFile(table))).containsExactly(A);
    }

    @Test
    void parquetWithoutTheColumnIsRejected() throws IOException {
        Path table = parquet("SELECT '" + A + "' AS hash");

        assertThatThrownBy(() -> hashes(table))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(
                        "--exclude file:" + table + " needs a column sha256 of strings; its columns are hash STRING");
    }

    @Test
    void parquetWithOtherValuesInTheColumnIsRejected() throws IOException {
        Path table = parquet("SELECT 'cat.jpg' AS sha256");

        assertThatThrownBy(() -> hashes(table))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("expected 64 hexadecimal digits of a SHA-256, not 'cat.jpg'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_val.txt", ".val.txt"})
    void fileThatSparkSkipsIsRejected(String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), A);

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("has a name that begins with _ or .");
    }

    @Test
    void otherFilesInADirectoryAreNotRead() throws IOException {
        Path table = parquet("SELECT '" + A + "' AS sha256");
        Files.writeString(table.resolve("README.txt"), "not Parquet");

        assertThat(hashes(table)).containsExactly(A);
    }

    @Test
    void missingFileAndDirectoryWithoutParquetFilesAreReported() throws IOException {
        assertThatThrownBy(() -> open(directory.resolve("missing")))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--exclude " + directory.resolve("missing") + " does not exist");
        assertThatThrownBy(() -> open(directory))
                .isInstanceOf(CardinalException.class)
                .hasMessage("--exclude " + directory + " is a directory without Parquet files");
    }

    private Path parquet(String sql) {
        Path table = directory.resolve("table");
        TestSpark.session().sql(sql).coalesce(1).write().parquet(table.toString());
        return table;
    }

    private static Path onlyFile(Path table) throws IOException {
        try (var files = Files.newDirectoryStream(table, "*.parquet")) {
            return files.iterator().next();
        }
    }

    private static Exclusion open(Path file) throws IOException {
        return Exclusion.open(file.toString(), new Configuration());
    }

    private static List<String> hashes(Path file) throws IOException {
        return open(file).hashes(TestSpark.session()).collectAsList().stream()
                .map((Row row) -> row.getString(0))
                .toList();
    }
}
