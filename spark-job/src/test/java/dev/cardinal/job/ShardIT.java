package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Labels archives, records and tables with the shaded job jar: the same images get the same predictions in every format. GNU tar,
 * DuckDB and TensorFlow write the inputs.
 */
class ShardIT {
    private static final int IMAGES = 110;

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    private static Path files = Path.of("unset");

    @BeforeAll
    static void labelFiles() throws Exception {
        JobProcess.importDemoModel(shared);
        files = shared.resolve("files");
        label(shared, files, JobProcess.demoImages().resolve("bag").toString(), "--label-from", "parent-dir");
    }

    @Test
    void tarArchivesGiveTheSamePredictionsAsFiles() throws Exception {
        Path bags = JobProcess.demoImages();
        run("tar", "cf", directory.resolve("plain.tar").toString(), "-C", bags.toString(), "bag");
        run("tar", "czf", directory.resolve("packed.tar.gz").toString(), "-C", bags.toString(), "bag");
        Path table = directory.resolve("table");

        label(directory, table, directory + "/*.tar*", "--label-from", "parent-dir");

        assertSamePredictions(table, 2);
        assertThat(DuckDb.query(
                        table,
                        "SELECT DISTINCT truth, regexp_extract(path, '[a-z]+\\.tar.*!/bag/') FROM $table ORDER BY 2"))
                .containsExactly(List.of("bag", "packed.tar.gz!/bag/"), List.of("bag", "plain.tar!/bag/"));

        JobProcess.Result again = label(directory, table, directory + "/*.tar*", "--label-from", "parent-dir");
        assertThat(again.out()).contains("nothing to do: all " + 2 * count() + " images are labeled already");
    }

    @Test
    void truncatedArchiveGivesTheImagesBeforeTheCutAndOneRowForItself() throws Exception {
        Path archive = directory.resolve("cut.tar");
        run("tar", "cf", archive.toString(), "-C", JobProcess.demoImages().toString(), "bag");
        try (var channel = Files.newByteChannel(archive, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(archive) / 2);
        }
        Path table = directory.resolve("table");

        label(directory, table, archive.toString());

        long before = (Long) DuckDb.value(table, "SELECT count(*) FROM $table WHERE status = 'ok'");
        assertThat(before).isBetween((long) count() / 3, (long) count() * 2 / 3);
        assertThat(DuckDb.query(table, "SELECT path, status, error FROM $table WHERE status <> 'ok'"))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.subList(0, 2)).isEqualTo(List.of("file:" + archive, "undecodable"));
                    assertThat((String) row.get(2)).startsWith("tar: cannot be read from byte ");
                });
    }

    @Test
    void parquetTableGivesTheSamePredictionsAsFilesAndKeepsColumns() throws Exception {
        Path source = directory.resolve("bags.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT struct_pack(bytes := content, path := parse_filename(filename)) AS image,"
                    + " 'bag' AS label, size AS album, filename AS origin FROM read_blob('"
                    + JobProcess.demoImages() + "/bag/*') ORDER BY filename) TO '" + source
                    + "' (FORMAT parquet, ROW_GROUP_SIZE 2048)");
        }
        Path table = directory.resolve("table");

        label(directory, table, source.toString(), "--keep", "album,origin");

        assertSamePredictions(table, 1);
        assertThat(DuckDb.value(
                        table,
                        "SELECT count(*) FROM $table WHERE album = length AND origin LIKE '%' || key AND truth = 'bag'"
                                + " AND path LIKE '%bags.parquet!/row=%'"))
                .isEqualTo((long) count());
    }

    @Test
    void missingKeepColumnIsReportedBeforeTheRun() throws Exception {
        Path source = directory.resolve("bags.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT 'abc'::BLOB AS image, 1 AS album) TO '" + source + "' (FORMAT parquet)");
        }

        JobProcess.Result result =
                JobProcess.submit(directory, command(directory.resolve("table"), source.toString(), "--keep", "color"));

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("color", "album");
    }

    @Test
    void tfRecordsAreLabeled() throws Exception {
        Path source = Path.of(System.getProperty("cardinal.launcher"))
                .resolve("../../../udf/src/test/resources/dev/cardinal/udf/shard/pictures.tfrecord")
                .normalize();
        Path table = directory.resolve("table");

        label(directory, table, source.toString());

        List<String> expected = Files.readAllLines(source.resolveSibling("pictures.sha256")).stream()
                .map(line -> line.substring(0, 64))
                .toList();
        assertThat(DuckDb.query(table, "SELECT sha256 FROM $table WHERE sha256 IS NOT NULL"))
                .extracting(row -> row.get(0))
                .containsAll(List.copyOf(expected));
        assertThat(DuckDb.query(table, "SELECT path FROM $table WHERE path NOT LIKE '%pictures.tfrecord!/record=%'"))
                .isEmpty();
    }

    private static int count() throws Exception {
        return Math.toIntExact((Long) DuckDb.value(files, "SELECT count(*) FROM $table"));
    }

    /** Checks that each file's image occurs this many times, with the same prediction. */
    private static void assertSamePredictions(Path table, int times) throws Exception {
        assertThat(count()).isBetween(IMAGES - 30, IMAGES + 30);
        assertThat(DuckDb.query(
                        table,
                        "SELECT f.path, count(a.path) FROM read_parquet('" + files
                                + "/*.parquet') f LEFT JOIN $table a ON a.sha256 = f.sha256 AND a.length = f.length AND"
                                + " a.status = f.status AND a.predictions[1].class_index ="
                                + " f.predictions[1].class_index AND abs(a.predictions[1].score -"
                                + " f.predictions[1].score) < 1e-5 GROUP BY f.path HAVING count(a.path) <> " + times))
                .isEmpty();
        assertThat(DuckDb.value(table, "SELECT count(*) FROM $table")).isEqualTo((long) times * count());
    }

    private static JobProcess.Result label(Path directory, Path table, String input, String... more)
            throws IOException, InterruptedException {
        JobProcess.Result result = JobProcess.submit(directory, command(table, input, more));
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private static String[] command(Path table, String input, String... more) {
        String[] command = new String[7 + more.length];
        List<String> fixed = List.of(
                "label", "--model", shared.resolve("model").toString(), "--input", input, "--output", table.toString());
        fixed.toArray(command);
        System.arraycopy(more, 0, command, fixed.size(), more.length);
        return command;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }
}
