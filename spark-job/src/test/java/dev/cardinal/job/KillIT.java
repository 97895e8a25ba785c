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

/** Runs that are killed at random moments and started again: every image has one row, as if nothing had happened. */
class KillIT {
    private static final int KILLS = Integer.getInteger("cardinal.kills", 20);
    private static final int LONGEST_WAIT_MILLIS = 7_000;
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
        JobProcess.Result labelled = JobProcess.submit(directory, label(undisturbed, 100_000));
        assertThat(labelled.exitCode()).as(labelled.err()).isZero();
    }

    @Test
    void driverKilledAtRandomMomentsLosesAndRepeatsNothing() throws Exception {
        int kills = 0;
        for (int round = 0; kills < KILLS; round++) {
            Path table = directory.resolve("killed-" + round);
            while (kills < KILLS && killedWhileLabelling(table)) {
                kills++;
                leaveACommittedTask(table);
            }
            JobProcess.Result last = JobProcess.submit(directory, label(table, 40));

            assertThat(last.exitCode()).as(last.err()).isZero();
            assertThat(table.resolve("_temporary")).doesNotExist();
            assertThat(table.resolve("_cardinal/plan")).doesNotExist();
            SameTable.assertSameRows(table, undisturbed);
        }
    }

    @Test
    void executorsKilledOnAStandaloneClusterLoseAndRepeatNothing() throws Exception {
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
                .as("counted by executors, every second")
                .hasSizeGreaterThan(5)
                .isSorted()
                .last()
                .matches(images -> images >= IMAGES);
        assertThat(metrics)
                .as("gauges of executors")
                .isDirectoryContaining("glob:**/test.[0-9].plugin.dev.cardinal.udf.CardinalPlugin.executor.images.csv");
    }

    /** What the driver's metrics said, without repetitions; images of tasks that were tried again are in it again. */
    private static List<Long> imagesSeenByTheDriver(Path metrics) throws IOException {
        Path file = metrics.resolve("test.driver.plugin.dev.cardinal.udf.CardinalPlugin.application.images.csv");
        return Files.readAllLines(file).stream()
                .skip(1)
                .map(line -> Long.valueOf(line.split(",", -1)[1]))
                .distinct()
                .toList();
    }

    /** Runs until the run has its lock and some random time more, then kills it; false where it ended before. */
    private boolean killedWhileLabelling(Path table) throws IOException, InterruptedException {
        Process process = JobProcess.startSubmit(directory, label(table, 40));
        boolean hasEnded = !hasTakenTheLock(process, table)
                || process.waitFor(random.nextInt(LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS);
        process.destroyForcibly().waitFor();
        return !hasEnded;
    }

    /** Waits until a run holds the lock of its table; false where the run ends before. */
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

    /** What a driver leaves that dies between its tasks' commits and its own: a task's file that Hadoop would publish. */
    private static void leaveACommittedTask(Path table) throws IOException {
        try (Stream<Path> files = Files.list(table)) {
            List<Path> published =
                    files.filter(file -> file.toString().endsWith(".parquet")).toList();
            if (!published.isEmpty()) {
                Path task = Files.createDirectories(
                        table.resolve("_temporary/0/task_202611220000000000000000000_0001_m_000000"));
                Files.copy(
                        published.get(0),
                        task.resolve("part-99999-leftover.snappy.parquet"),
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
