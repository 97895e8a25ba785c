package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills runs at random moments and starts them again: in the end every image has one row, as in a run that was not killed. */
class KillIT {
    private static final int KILLS = Integer.getInteger("cardinal.kills", 20);
    /** Of compactions and replacements, which start from a labeled table each time. */
    private static final int KILLS_OF_REWRITES = Integer.getInteger("cardinal.kills", 5);

    private static final int LONGEST_WAIT_MILLIS = 7_000;
    private static final int SHORT_WAIT_MILLIS = 2_500;
    private static final int IMAGES = 1_005;
    private static final long SEED = 20_261_122;

    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");
    private static Path undisturbed = Path.of("unset");

    private final Random random = new Random(SEED);

    @BeforeAll
    static void labelUndisturbed() throws Exception {
        model = JobProcess.importDemoModel(directory);
        undisturbed = directory.resolve("undisturbed");
        JobProcess.Result labeled = JobProcess.submit(directory, label(undisturbed, 100_000));
        assertThat(labeled.exitCode()).as(labeled.err()).isZero();
    }

    @Test
    void killedDriversLoseAndRepeatNoRow() throws Exception {
        int kills = 0;
        for (int round = 0; kills < KILLS; round++) {
            Path table = directory.resolve("killed-" + round);
            while (kills < KILLS && killed(table, LONGEST_WAIT_MILLIS, label(table, 40))) {
                kills++;
                addCommittedTask(table);
            }
            JobProcess.Result last = JobProcess.submit(directory, label(table, 40));

            assertThat(last.exitCode()).as(last.err()).isZero();
            assertThat(table.resolve("_temporary")).doesNotExist();
            assertThat(table.resolve("_cardinal/plan")).doesNotExist();
            SameTable.assertSameRows(table, undisturbed);
        }
    }

    /** Small commits, of which two are in progress at a time, leave the small files that are compacted then. */
    @Test
    void killedCompactionsLoseAndRepeatNoRow() throws Exception {
        String[] compact = {"compact", "--predictions", ""};
        int kills = 0;
        for (int round = 0; kills < KILLS_OF_REWRITES; round++) {
            Path table = directory.resolve("compacted-" + round);
            compact[2] = table.toString();
            JobProcess.Result labeled = JobProcess.submit(directory, label(table, 15));
            assertThat(labeled.exitCode()).as(labeled.err()).isZero();
            while (kills < KILLS_OF_REWRITES && killed(table, SHORT_WAIT_MILLIS, compact)) {
                kills++;
            }
            JobProcess.Result last = JobProcess.submit(directory, compact);

            assertThat(last.exitCode()).as(last.err()).isZero();
            assertThat(parquetFiles(table)).hasSize(1);
            SameTable.assertSameRows(table, undisturbed);
        }
    }

    @Test
    void killedReplacementsLoseAndRepeatNoRow() throws Exception {
        Path table = directory.resolve("replaced");
        JobProcess.Result labeled = JobProcess.submit(directory, label(table, 300));
        assertThat(labeled.exitCode()).as(labeled.err()).isZero();
        String[] all = Stream.concat(
                        Stream.of(label(table, 300)),
                        Stream.of("--retry", "empty,too_large,undecodable,unreadable,unsupported"))
                .toArray(String[]::new);
        int kills = 0;
        for (int attempt = 0; kills < KILLS_OF_REWRITES && attempt < 2 * KILLS_OF_REWRITES; attempt++) {
            if (killed(table, LONGEST_WAIT_MILLIS, all)) {
                kills++;
            }
            SameTable.assertSameRows(table, undisturbed);
        }
        JobProcess.Result last = JobProcess.submit(directory, all);

        assertThat(last.exitCode()).as(last.err()).isZero();
        assertThat(kills).isPositive();
        assertThat(table.resolve("_cardinal/staging")).doesNotExist();
        SameTable.assertSameRows(table, undisturbed);
    }

    private static List<Path> parquetFiles(Path table) throws IOException {
        try (Stream<Path> files = Files.list(table)) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    @Test
    void killedExecutorsLoseAndRepeatNoRow() throws Exception {
        Path table = directory.resolve("executors");
        Path metrics = Files.createDirectory(directory.resolve("metrics"));
        try (StandaloneCluster cluster = StandaloneCluster.start(directory.resolve("cluster"), 2, 3)) {
            Process driver = JobProcess.startSubmit(
                    directory,
                    Map.of(
                            "spark.master",
                            cluster.master(),
                            "spark.executor.cores",
                            "1",
                            "spark.executor.memory",
                            "1g",
                            "spark.metrics.namespace",
                            "test",
                            "spark.metrics.conf.*.sink.csv.class",
                            "org.apache.spark.metrics.sink.CsvSink",
                            "spark.metrics.conf.*.sink.csv.directory",
                            metrics.toString(),
                            "spark.metrics.conf.*.sink.csv.period",
                            "1"),
                    label(table, 300));
            int kills = 0;
            while (kills < 3 && hasTakenTheLock(driver, table)) {
                if (driver.waitFor(1_000 + random.nextInt(LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS)) {
                    break;
                }
                List<ProcessHandle> executors = cluster.executors();
                if (!executors.isEmpty()) {
                    executors.get(random.nextInt(executors.size())).destroyForcibly();
                    kills++;
                }
            }
            JobProcess.Result result = JobProcess.finish(driver, directory);

            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(kills).isPositive();
        }
        SameTable.assertSameRows(table, undisturbed);
        assertThat(imagesSeenByTheDriver(metrics))
                .as("images counted by executors, every second")
                .hasSizeGreaterThan(5)
                .isSorted()
                .last()
                .matches(images -> images >= IMAGES);
        assertThat(metrics)
                .as("gauges of executors")
                .isDirectoryContaining("glob:**/test.[0-9].plugin.dev.cardinal.udf.CardinalPlugin.executor.images.csv");
    }

    /** Returns the distinct values of the driver's images metric; images of retried tasks are counted again. */
    private static List<Long> imagesSeenByTheDriver(Path metrics) throws IOException {
        Path file = metrics.resolve("test.driver.plugin.dev.cardinal.udf.CardinalPlugin.application.images.csv");
        return Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> Long.valueOf(line.split(",", -1)[1]))
                .distinct()
                .toList();
    }

    /** Kills a command a random time after it took its lock; returns false if it ended before. */
    private boolean killed(Path table, int longestWaitMillis, String... command)
            throws IOException, InterruptedException {
        Process process = JobProcess.startSubmit(directory, command);
        boolean hasEnded = !hasTakenTheLock(process, table)
                || process.waitFor(random.nextInt(longestWaitMillis), TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        return !hasEnded;
    }

    /** Waits until a run holds the lock of its table; returns false if the run ends before. */
    private static boolean hasTakenTheLock(Process process, Path table) throws IOException, InterruptedException {
        String pid = "\"pid\":" + process.pid() + ",";
        while (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
            Path lock = table.resolve("_cardinal/lock");
            if (Files.exists(lock) && Files.readString(lock).contains(pid)) {
                return true;
            }
        }
        return false;
    }

    /** Writes what a driver of version 0.1 leaves if it dies: a task's file that Hadoop would publish; and files of a commit of today. */
    private static void addCommittedTask(Path table) throws IOException {
        List<Path> published = parquetFiles(table);
        if (!published.isEmpty()) {
            for (String place : List.of(
                    "_temporary/0/task_202611220000000000000000000_0001_m_000000", "_cardinal/staging/left-over")) {
                Files.copy(
                        published.get(0),
                        Files.createDirectories(table.resolve(place)).resolve("part-99999-leftover.snappy.parquet"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static String[] label(Path table, int imagesPerCommit) {
        return new String[] {
            "label",
            "--model",
            model.toString(),
            "--input",
            JobProcess.demoImages().toString(),
            "--output",
            table.toString(),
            "--label-from",
            "parent-dir",
            "--images-per-commit",
            Integer.toString(imagesPerCommit)
        };
    }
}
