package dev.cardinal.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.Cardinal;
import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.NoiseImages;
import dev.cardinal.job.SameTable;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.select.SelectJob;
import dev.cardinal.job.select.SelectOptions;
import dev.cardinal.job.select.SelectRequest;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Labels, selects and evaluates with the settings of real clusters, users and disks: the rows are those of a run with default settings.
 * docs/clusters.md has the list.
 */
class ClusterSettingsIT {
    private static final int IMAGES = 24;
    private static final long TIMEOUT_SECONDS = 300;
    private static final String JAVA_21 = "CARDINAL_JAVA_21";

    @TempDir
    private static Path directory;

    private static String model = "";
    private static Path expected = Path.of("unset");

    private final Map<String, String> saved = new TreeMap<>();

    @BeforeAll
    static void labelWithDefaults() throws IOException {
        TestSpark.stop();
        NoiseImages.write(directory.resolve("images/bag"), IMAGES / 2);
        NoiseImages.write(directory.resolve("images/coat"), IMAGES / 2);
        model = DemoBundle.importTo(directory.resolve("model"));
        expected = directory.resolve("expected");
        set(Map.of("spark.master", "local[2]", "spark.ui.enabled", "false", "spark.driver.host", "localhost"));
        Run run = label(expected);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @AfterEach
    void restoreSettings() {
        saved.keySet().forEach(System::clearProperty);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        kryo            | spark.serializer=org.apache.spark.serializer.KryoSerializer
        kryo-registered | spark.serializer=org.apache.spark.serializer.KryoSerializer spark.kryo.registrationRequired=true
        ansi            | spark.sql.ansi.enabled=true spark.sql.caseSensitive=true spark.sql.session.timeZone=America/New_York
        not-ansi        | spark.sql.ansi.enabled=false spark.sql.session.timeZone=Asia/Kathmandu
        speculation     | spark.speculation=true spark.task.maxFailures=1 spark.sql.adaptive.enabled=false spark.sql.shuffle.partitions=4
        one-partition   | spark.sql.shuffle.partitions=1 spark.sql.sources.partitionOverwriteMode=dynamic spark.sql.parquet.compression.codec=zstd
        many-partitions | spark.sql.shuffle.partitions=2000 spark.sql.parquet.compression.codec=gzip
        legacy          | spark.sql.legacy.timeParserPolicy=LEGACY spark.sql.storeAssignmentPolicy=LEGACY spark.sql.parquet.writeLegacyFormat=true \
        spark.sql.parquet.outputTimestampType=INT96 spark.sql.parquet.datetimeRebaseModeInWrite=LEGACY spark.sql.parquet.int96RebaseModeInWrite=LEGACY \
        spark.sql.legacy.parquet.nanosAsLong=true spark.sql.legacy.typeCoercion.datetimeToString.enabled=true
        default-fs      | spark.hadoop.fs.defaultFS=hdfs://namenode.invalid:8020
        """)
    void sparkSettingGivesTheSameRows(String name, String settings) throws Exception {
        Map<String, String> given = new TreeMap<>();
        for (String setting : settings.strip().split("\\s+", -1)) {
            given.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        saved.putAll(given);
        set(given);
        Path table = directory.resolve(name);

        Run labeled = label(table);
        Run again = label(table);
        Run selected = Run.of(
                "select",
                "--predictions",
                "file:" + table,
                "--k",
                "5",
                "--p",
                "1",
                "--output",
                "file:" + directory.resolve(name + "-selection"));
        Run evaluated = Run.of(
                "evaluate",
                "--predictions",
                "file:" + table,
                "--output",
                "file:" + directory.resolve(name + "-evaluation"));

        for (Run run : List.of(labeled, again, selected, evaluated)) {
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(run.err()).doesNotContain("warning: cannot write the report");
        }
        SameTable.assertSameRows(table, expected);
        assertThat(directory.resolve(name + "-selection/report.html")).exists();
    }

    @Test
    void javaProgramMayUseASessionWithKryo() throws Exception {
        Path table = directory.resolve("session");
        saved.put("spark.testing", "true"); // Kryo then ignores Spark's classes whose libraries the tests do not have
        set(saved);
        try (SparkSession session = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate()) {
            LabelRequest request = new LabelRequest(
                    model,
                    null,
                    new SourceSpec(
                            List.of(directory.resolve("images").toString()),
                            InputFormat.AUTO,
                            null,
                            TruthFrom.PARENT_DIR,
                            FieldNames.usual()),
                    Optional.of(table.toString()),
                    Long.MAX_VALUE,
                    new LabelOptions(
                            LabelOptions.DEFAULT_TOP_K,
                            Set.of(),
                            LabelOptions.DEFAULT_MAX_FILE_BYTES,
                            ImageOptions.defaults(),
                            RecordFields.usual(),
                            ExecutionOptions.defaults()),
                    LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                    1);
            new LabelJob(session, Clock.systemUTC(), LabelProgress.NONE).run(request);
            new SelectJob(session)
                    .run(new SelectRequest(
                            List.of(List.of(table.toString())),
                            directory.resolve("session-selection").toString(),
                            SelectOptions.builder().k(5).p(1).build()));
        }
        SameTable.assertSameRows(table, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        turkish     | -Duser.language=tr -Duser.country=TR | LC_ALL=tr_TR.UTF-8          |
        german      | -Duser.language=de -Duser.country=DE | LC_ALL=de_DE.UTF-8          |
        c-locale    |                                      | LC_ALL=C                    |
        no-home     |                                      | HOME=                       |
        umask       |                                      |                             | sh -c 'umask 077; exec "$@"' sh
        small       | -Xmx1g                               |                             |
        nameless    | -Duser.home=/tmp                     | HOME=                       | setpriv --reuid 12345 --regid 12345 --clear-groups
        """)
    void userAndMachineGiveTheSameRows(String name, String options, String environment, String prefix)
            throws Exception {
        if (name.equals("nameless")) {
            assumeTrue(
                    Boolean.getBoolean("cardinal.nameless"),
                    "needs a Maven repository that every user can read; run it with -Dcardinal.nameless=true");
            assumeRoot("setpriv");
            makePublic();
        }
        Path parent = Files.createDirectory(directory.resolve("as-" + name));
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path table = parent.resolve("table");

        Finished run = process(
                words(prefix),
                Path.of(System.getProperty("java.home")),
                words(options),
                words(environment),
                labelArguments(table));

        assertThat(run.exitCode()).as(run.output()).isZero();
        SameTable.assertSameRows(table, expected);
    }

    @Test
    void javaTwentyOneGivesTheSameRows() throws Exception {
        String home = System.getenv(JAVA_21);
        if (home == null) {
            System.err.println("SKIPPED: Java 21, because " + JAVA_21 + " does not name its directory");
        }
        assumeTrue(home != null, JAVA_21 + " is not set");
        Path table = directory.resolve("java-21");

        Finished run = process(List.of(), Path.of(String.valueOf(home)), List.of(), List.of(), labelArguments(table));

        assertThat(run.exitCode()).as(run.output()).isZero();
        SameTable.assertSameRows(table, expected);
        assertThat(Files.readString(table.resolve("_cardinal/run.json"))).contains("\"java\" : \"21.");
    }

    @Test
    void fullDiskIsOneSentenceAndLosesNothing() throws Exception {
        assumeRoot("mount");
        Path disk = Files.createDirectory(directory.resolve("disk"));
        assumeTrue(
                process(List.of("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()))
                                .exitCode()
                        == 0,
                "a tmpfs cannot be mounted");
        try {
            Path table = disk.resolve("table");

            Run full = label(table);

            assertThat(full.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(full.err()).contains("No space left on device").doesNotContain("\tat ");
            assertThat(full.err().lines().filter(line -> line.startsWith("cardinal: ")))
                    .hasSize(1);

            assertThat(process(List.of("mount", "-o", "remount,size=50m", disk.toString()))
                            .exitCode())
                    .isZero();
            Run more = label(table);

            assertThat(more.exitCode()).as(more.err()).isZero();
            SameTable.assertSameRows(table, expected);

            assertThat(process(List.of("mount", "-o", "remount,ro", disk.toString()))
                            .exitCode())
                    .isZero();
            Run readOnly = label(table);

            assertThat(readOnly.exitCode()).as(readOnly.err()).isEqualTo(ExitCode.WRONG_USAGE);
            assertThat(readOnly.err()).contains("cannot be written: it is on a read-only disk");
        } finally {
            process(List.of("umount", disk.toString()));
        }
    }

    private static void set(Map<String, String> settings) {
        settings.forEach(System::setProperty);
    }

    private static Run label(Path table) {
        return Run.of(labelArguments(table).toArray(String[]::new));
    }

    private static List<String> labelArguments(Path table) {
        return List.of(
                "label",
                "--model",
                "file:" + model,
                "--input",
                "file:" + directory.resolve("images"),
                "--output",
                "file:" + table,
                "--label-from",
                "parent-dir");
    }

    private static void assumeRoot(String program) {
        boolean possible = System.getProperty("user.name").equals("root")
                && Stream.of("/bin", "/usr/bin", "/sbin", "/usr/sbin")
                        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
        if (!possible) {
            System.err.println("SKIPPED: a row of ClusterSettingsIT, because it needs root and " + program);
        }
        assumeTrue(possible, "needs root and " + program);
    }

    /** Lets every user read what the test wrote. */
    private static void makePublic() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.toList()) {
                Files.setPosixFilePermissions(
                        path, PosixFilePermissions.fromString(Files.isDirectory(path) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }

    private static List<String> words(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return List.of();
        }
        return text.startsWith("sh -c '")
                ? List.of("sh", "-c", text.substring(text.indexOf('\'') + 1, text.lastIndexOf('\'')), "sh")
                : Arrays.asList(text.strip().split("\\s+", -1));
    }

    /** The end of a process, with all that it printed. */
    private record Finished(int exitCode, String output) {}

    private static Finished process(
            List<String> prefix, Path java, List<String> options, List<String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(java.resolve("bin/java").toString());
        command.addAll(optionsOfThisJvm());
        command.add("-Xmx2g");
        command.addAll(options);
        command.addAll(List.of(
                "-Dspark.master=local[2]",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=localhost",
                "-cp",
                System.getProperty("java.class.path"),
                Cardinal.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        for (String variable : environment) {
            String value = variable.substring(variable.indexOf('=') + 1);
            builder.environment().put(variable.substring(0, variable.indexOf('=')), value);
            if (value.isEmpty()) {
                builder.environment().remove(variable.substring(0, variable.length() - 1));
            }
        }
        return finished(builder);
    }

    private static Finished process(List<String> command) throws IOException, InterruptedException {
        return finished(new ProcessBuilder(command));
    }

    private static Finished finished(ProcessBuilder builder) throws IOException, InterruptedException {
        Path log = Files.createTempFile(directory, "process", ".log");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return new Finished(-1, "timeout\n" + Files.readString(log));
        }
        return new Finished(process.exitValue(), Files.readString(log));
    }

    /** Returns the options of this JVM that open Java's modules to Spark. */
    private static List<String> optionsOfThisJvm() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens")
                        || option.startsWith("-XX:+Ignore")
                        || option.startsWith("-Dorg.bytedeco"))
                .toList();
    }
}
