package dev.cardinal.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Labels into tables of Apache Iceberg and Delta Lake, whose jars users bring: here they come with {@code spark.jars}. Reads the tables
 * back with the formats' own readers, and with Python libraries; libraries that are not installed are skipped.
 */
class LakehouseIT {
    private static final int KILLS = Integer.getInteger("cardinal.kills", 1);
    private static final int LONGEST_WAIT_MILLIS = Integer.getInteger("cardinal.kills.wait", 7_000);
    private static final int IMAGES = 1_005;
    private static final int IMAGES_PER_COMMIT = 100;
    private static final long SEED = 20_261_129;

    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");
    private static Path undisturbed = Path.of("unset");

    private final Random random = new Random(SEED);

    /** The formats, each with a catalog that needs no service. */
    enum Format {
        ICEBERG,
        DELTA;

        /** Returns the name of a table in SQL. */
        String sql(String name) {
            return this == ICEBERG ? "ice.db." + name : "spark_catalog.delta.`" + location(name) + "`";
        }

        Path location(String name) {
            return directory.resolve(this == ICEBERG ? "warehouse/db" : "delta").resolve(name);
        }

        String option(String name) {
            return "table:" + sql(name);
        }

        Path state(String name) {
            return directory.resolve("state-" + this + "-" + name);
        }
    }

    @BeforeAll
    static void labelUndisturbed() throws Exception {
        model = JobProcess.importDemoModel(directory);
        undisturbed = directory.resolve("undisturbed");
        run(
                "label",
                "--output",
                undisturbed.toString(),
                "--model",
                model.toString(),
                "--input",
                images("."),
                "--label-from",
                "parent-dir");
    }

    @ParameterizedTest
    @EnumSource
    void commandsReadTheTableAtASnapshot(Format format) throws Exception {
        String table = format.option("labeled");
        assertThat(label(format, "labeled", images("bag")).out())
                .contains("labeled 95 images", "predictions: " + table);
        assertThat(label(format, "labeled", images(".")).out()).contains("labeled 910 images");
        assertThat(label(format, "labeled", images(".")).out()).contains("nothing to do: all ");
        assertSameRows(format, "labeled");
        assertThat(format.state("labeled").resolve("_cardinal/report.html"))
                .content()
                .contains("1,005 images labeled");

        Path selection = directory.resolve("selection-" + format);
        run("select", "--predictions", table, "--output", selection.toString(), "--k", "10");
        String recorded =
                json(selection.resolve("run.json")).at("/predictions/0/0").asText();
        assertThat(recorded).startsWith(table + "@");
        String plain = directory.resolve("selection-plain-" + format).toString();
        run("select", "--predictions", undisturbed.toString(), "--output", plain, "--k", "10");
        assertThat(rows("SELECT class_label, rank, path FROM read_parquet('" + selection
                        + "/selection/*') ORDER BY ALL"))
                .isNotEmpty()
                .isEqualTo(rows(
                        "SELECT class_label, rank, path FROM read_parquet('" + plain + "/selection/*') ORDER BY ALL"));

        Path evaluation = directory.resolve("evaluation-" + format);
        run("evaluate", "--predictions", table, "--selection", selection.toString(), "--output", evaluation.toString());
        JsonNode metrics = json(evaluation.resolve("metrics.json"));
        assertThat(metrics.path("n").asInt()).isEqualTo(1_000);
        assertThat(metrics.at("/predictions/0").asText()).isEqualTo(recorded);

        Path comparison = directory.resolve("comparison-" + format);
        run(
                "compare",
                "--predictions",
                recorded,
                "--predictions",
                undisturbed.toString(),
                "--output",
                comparison.toString());
        assertThat(json(comparison.resolve("comparison.json"))
                        .at("/pairs/0/agreement")
                        .asDouble())
                .isEqualTo(1);

        assertThat(run(
                                "sql",
                                "--query",
                                "SELECT count(*) AS n, count(DISTINCT path) AS paths FROM " + format.sql("labeled"))
                        .out())
                .containsIgnoringWhitespaces("n paths 1005 1005");
    }

    @ParameterizedTest
    @EnumSource
    void predictionsOfAnotherProgramAreSelectedFrom(Format format) throws Exception {
        String logits = "transform(sequence(1, 10), i -> cast(if(i = 4, 9, 1) AS double))";
        run(
                "sql",
                "--query",
                "CREATE TABLE " + format.sql("foreign") + (format == Format.DELTA ? " USING delta" : "")
                        + " AS SELECT path, " + logits + " AS logits FROM parquet.`" + undisturbed + "`");
        Path labels = Files.writeString(
                directory.resolve("labels.txt"),
                Stream.of("abcdefghij".split("")).collect(Collectors.joining("\n")));
        String table = format.option("foreign");

        JobProcess.Result withoutLabels = submit(
                "select",
                "--predictions",
                table,
                "--output",
                directory.resolve("none-" + format).toString());
        assertThat(withoutLabels.exitCode()).isEqualTo(2);
        assertThat(withoutLabels.err()).contains("name the classes of the model with --labels");

        Path selection = directory.resolve("foreign-" + format);
        run(
                "select",
                "--predictions",
                table,
                "--labels",
                labels.toString(),
                "--output",
                selection.toString(),
                "--k",
                "7");
        assertThat(rows("SELECT class_label, selected::VARCHAR FROM read_parquet('" + selection
                        + "/classes/*') WHERE selected > 0" + " AND class_label = 'd'"))
                .isEqualTo(List.of(List.of("d", "7")));
        assertThat(json(selection.resolve("run.json")).at("/models/0").asText()).isEqualTo("foreign");
    }

    @ParameterizedTest
    @EnumSource
    void killedDriversLoseAndRepeatNoRow(Format format) throws Exception {
        int kills = 0;
        for (int round = 0; kills < KILLS; round++) {
            String table = "killed" + round;
            while (kills < KILLS && killedWhileLabeling(format, table)) {
                kills++;
            }
            label(format, table, images("."));

            assertSameRows(format, table);
            assertThat(format.state(table).resolve("_cardinal/lock")).doesNotExist();
        }
    }

    @Test
    void rowsWaitInABranchUntilTheGatePasses() throws Exception {
        Path images = Files.createDirectory(directory.resolve("gated"));
        Files.copy(JobProcess.demoImages().resolve("bag/00018.png"), images.resolve("good.png"));
        Files.writeString(images.resolve("bad.png"), "no image");
        String[] label = {
            "label",
            "--model",
            model.toString(),
            "--input",
            images.toString(),
            "--output",
            "table:ice.db.gated",
            "--state",
            directory.resolve("state-gated").toString(),
            "--max-bad-fraction"
        };

        JobProcess.Result failed = submit(with(label, "0.4"));
        assertThat(failed.exitCode()).as(failed.err()).isEqualTo(3);
        assertThat(failed.err()).contains("table:ice.db.gated", "branch cardinal");
        assertThat(count("ice.db.gated")).isEqualTo("0");
        assertThat(count("ice.db.gated VERSION AS OF 'cardinal'")).isEqualTo("2");

        // Another program commits in between, so that the table cannot just move to the branch.
        run(
                "sql",
                "--query",
                "DELETE FROM ice.db.gated",
                "--query",
                "INSERT INTO ice.db.gated SELECT * FROM ice.db.gated");
        assertThat(run(with(label, "0.5")).out()).contains("nothing to do: all ");
        assertThat(count("ice.db.gated")).isEqualTo("2");
        assertThat(run("sql", "--query", "SELECT name FROM ice.db.gated.refs").out())
                .isEqualTo("name\nmain\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        table:nowhere.db.t  | there is no catalog nowhere; set spark.sql.catalog.nowhere to its class
        table:ice.db.absent | do not exist in catalog ice
        """)
    void missingTablesAreRefused(String table, String message) throws Exception {
        JobProcess.Result refused = submit("evaluate", "--predictions", table, "--output", directory + "/never");

        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err()).contains(message);
    }

    @Test
    void tableWhoseCreationWasInterruptedIsCreated() throws Exception {
        Path log = Files.createDirectories(Format.DELTA.location("interrupted").resolve("_delta_log"));
        Files.writeString(log.resolve(".00000000000000000000.json.b0c8.tmp"), "{\"commitInfo\"");

        label(Format.DELTA, "interrupted", images("."));

        assertSameRows(Format.DELTA, "interrupted");
    }

    @Test
    void tableKeepsItsStateDirectory() throws Exception {
        label(Format.ICEBERG, "owned", images("bag"));

        JobProcess.Result refused = submit(
                "label",
                "--model",
                model.toString(),
                "--input",
                images("."),
                "--output",
                "table:ice.db.owned",
                "--state",
                directory.resolve("elsewhere").toString(),
                "--label-from",
                "parent-dir");

        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(2);
        assertThat(refused.err())
                .contains("table:ice.db.owned has its run records in file:" + Format.ICEBERG.state("owned"));
    }

    /** The program prints the number of rows and of different paths, and the number of rows whose first label is Bag. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        pyiceberg | ICEBERG | from pyiceberg.table import StaticTable; rows = StaticTable.from_metadata(path).scan().to_arrow()
        deltalake | DELTA   | from deltalake import DeltaTable; rows = DeltaTable(path).to_pyarrow_table()
        duckdb    | ICEBERG | import duckdb; rows = duckdb.sql("INSTALL iceberg; LOAD iceberg; FROM iceberg_scan('" + path + "')").arrow()
        duckdb    | DELTA   | import duckdb; rows = duckdb.sql("INSTALL delta; LOAD delta; FROM delta_scan('" + path + "')").arrow()
        """)
    void otherProgramsReadTheTable(String library, Format format, String read) throws Exception {
        String python = Objects.requireNonNullElse(System.getenv("CARDINAL_PYTHON"), "python3");
        assumeTrue(python(python, "import " + library) != null, library + " is not installed");
        if (library.equals("duckdb")) {
            String extension = format == Format.DELTA ? "delta" : "iceberg";
            assumeTrue(
                    python(python, "import duckdb; duckdb.sql('INSTALL " + extension + "; LOAD " + extension + "')")
                            != null,
                    "DuckDB cannot install its extension " + extension);
        }
        label(format, "python", images("."));
        Path path = format == Format.DELTA ? format.location("python") : lastMetadata(format.location("python"));

        String printed = python(
                python,
                "path = '" + path + "'\n" + read + "\n"
                        + "paths = rows.column('path').to_pylist()\n"
                        + "bags = [p for p in rows.column('predictions').to_pylist() if p and p[0]['label'] == 'Bag']\n"
                        + "print(rows.num_rows, len(set(paths)), len(bags), flush=True)\n"
                        // Threads of some libraries abort the end of the interpreter.
                        + "import os; os._exit(0)");

        assertThat(printed)
                .isEqualTo(IMAGES + " " + IMAGES + " "
                        + rows("SELECT count(*) FROM read_parquet('" + undisturbed
                                        + "/*.parquet') WHERE predictions[1].label = 'Bag'")
                                .get(0)
                                .get(0)
                        + "\n");
    }

    private static Path lastMetadata(Path table) throws IOException {
        Path metadata = table.resolve("metadata");
        return metadata.resolve(
                "v" + Files.readString(metadata.resolve("version-hint.text")).strip() + ".metadata.json");
    }

    private static @Nullable String python(String python, String program) throws Exception {
        try {
            Process process = new ProcessBuilder(python, "-c", program)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            return process.waitFor() == 0 ? printed : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Kills a run a random time after it took its lock; returns false if it ended before. */
    private boolean killedWhileLabeling(Format format, String table) throws IOException, InterruptedException {
        Process process = JobProcess.startSubmit(directory, catalogs(), arguments(format, table, images(".")));
        Path lock = format.state(table).resolve("_cardinal/lock");
        boolean isRunning = true;
        while (isRunning && !isHeldBy(process, lock)) {
            isRunning = !process.waitFor(50, TimeUnit.MILLISECONDS);
        }
        boolean hasEnded = !isRunning || process.waitFor(random.nextInt(LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        return !hasEnded;
    }

    private static boolean isHeldBy(Process process, Path lock) throws IOException {
        return Files.exists(lock) && Files.readString(lock).contains("\"pid\":" + process.pid() + ",");
    }

    /** Compares a table, as its format reads it, with the rows of a run that was not disturbed. */
    private static void assertSameRows(Format format, String table) throws Exception {
        Path copy = directory.resolve("copy-" + format + "-" + table);
        run(
                "sql",
                "--query",
                "INSERT OVERWRITE DIRECTORY '" + copy + "' USING parquet SELECT * FROM " + format.sql(table));
        SameTable.assertSameRows(copy, undisturbed);
    }

    private static String count(String from) throws Exception {
        return run("sql", "--query", "SELECT count(*) AS n FROM " + from)
                .out()
                .lines()
                .toList()
                .get(1)
                .strip();
    }

    private static List<List<Object>> rows(String query) throws Exception {
        return DuckDb.query(directory, query);
    }

    private static JobProcess.Result label(Format format, String table, String input) throws Exception {
        return run(arguments(format, table, input));
    }

    private static String[] arguments(Format format, String table, String input) {
        return new String[] {
            "label",
            "--model",
            model.toString(),
            "--input",
            input,
            "--output",
            format.option(table),
            "--state",
            format.state(table).toString(),
            "--label-from",
            "parent-dir",
            "--images-per-commit",
            Integer.toString(IMAGES_PER_COMMIT)
        };
    }

    private static String images(String part) {
        return JobProcess.demoImages().resolve(part).normalize().toString();
    }

    private static String[] with(String[] arguments, String last) {
        return Stream.concat(Stream.of(arguments), Stream.of(last)).toArray(String[]::new);
    }

    private static JobProcess.Result run(String... arguments) throws IOException, InterruptedException {
        JobProcess.Result result = submit(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    private static JobProcess.Result submit(String... arguments) throws IOException, InterruptedException {
        return JobProcess.submit(directory, catalogs(), arguments);
    }

    /** Returns the settings that the documentation of table formats lists. */
    private static Map<String, String> catalogs() throws IOException {
        List<String> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("cardinal.lakehouse")))) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".jar"))
                    .sorted()
                    .forEach(jars::add);
        }
        return Map.of(
                "spark.jars",
                String.join(",", jars),
                "spark.sql.extensions",
                "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions,io.delta.sql.DeltaSparkSessionExtension",
                "spark.sql.catalog.ice",
                "org.apache.iceberg.spark.SparkCatalog",
                "spark.sql.catalog.ice.type",
                "hadoop",
                "spark.sql.catalog.ice.warehouse",
                directory.resolve("warehouse").toString(),
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    }

    private static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }
}
