package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code classify} as a user does: SQL with the job jar and {@code conf/sql.conf}, on a standalone cluster of two workers.
 */
class SqlIT {
    /** Without the empty file, which Spark's data source skips. */
    private static final int IMAGES = 1004;

    @TempDir
    private static Path directory;

    private static Path model = Path.of("unset");
    private static Path labeled = Path.of("unset");

    @BeforeAll
    static void label() throws IOException, InterruptedException {
        model = JobProcess.importDemoModel(directory);
        labeled = directory.resolve("predictions");
        JobProcess.Result label = JobProcess.submit(
                directory,
                "label",
                "--model",
                model.toString(),
                "--input",
                JobProcess.demoImages().toString(),
                "--output",
                labeled.toString(),
                "--top-k",
                "3");
        assertThat(label.exitCode()).as(label.err()).isZero();
    }

    @AfterAll
    static void stopSpark() {
        TestSpark.stop();
    }

    @Test
    void classifyOnTwoWorkersEqualsLabel() throws Exception {
        Path state = directory.resolve("cluster");
        Path output = directory.resolve("classified");
        try (StandaloneCluster cluster =
                StandaloneCluster.start(state, "--workers", "2", "--cores", "1", "--memory", "2g")) {
            JobProcess.Result result = JobProcess.submitProgram(
                    directory,
                    Map.of(
                            "spark.master",
                            cluster.master(),
                            "spark.executor.memory",
                            "1g",
                            "spark.sql.extensions",
                            "dev.cardinal.udf.CardinalExtensions",
                            // The first task waits until both executors are registered.
                            "spark.scheduler.minRegisteredResourcesRatio",
                            "1.0",
                            "spark.scheduler.maxRegisteredResourcesWaitingTime",
                            "60s"),
                    SqlProgram.class,
                    program(),
                    output.toString(),
                    "CREATE TEMPORARY VIEW images USING binaryFile OPTIONS (path '" + JobProcess.demoImages()
                            + "', recursiveFileLookup 'true')",
                    "SET spark.cardinal.model=" + model,
                    "SELECT path, c.status, c.error, c.predictions"
                            + " FROM (SELECT path, classify(content, 3) AS c FROM images) WHERE c.status IS NOT NULL");

            assertThat(result.exitCode()).as(result.err()).isZero();
            bothWorkersLoadedTheModelOnce(state);
        }

        SparkSession spark = TestSpark.session();
        spark.read().parquet(output.toString()).createOrReplaceTempView("classified");
        spark.read().parquet(labeled.toString()).where("status <> 'empty'").createOrReplaceTempView("labeled");
        assertThat(rows(spark, "classified")).hasSize(IMAGES).isEqualTo(rows(spark, "labeled"));
        // Scores from different batches differ in the last digits.
        assertThat(spark.sql("SELECT max(abs(a.predictions[0].score - b.predictions[0].score))"
                                + " FROM classified a JOIN labeled b ON a.path = b.path")
                        .first()
                        .getFloat(0))
                .isLessThan(1e-5f);
    }

    @Test
    void sqlCommandRunsClassify() throws IOException, InterruptedException {
        JobProcess.Result result = JobProcess.submit(
                directory,
                "sql",
                "--model",
                model.toString(),
                "--query",
                "SELECT c.predictions[0].label AS label, count(*) > 50 AS most FROM (SELECT classify(content, 1) AS c"
                        + " FROM binaryFile.`" + JobProcess.demoImages() + "/bag`) WHERE c.status = 'ok'"
                        + " GROUP BY label ORDER BY count(*) DESC LIMIT 1");

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("label  most\nBag    true\n");
    }

    private static List<Row> rows(SparkSession spark, String table) {
        return spark.sql("SELECT path, status, error, predictions[0].label, size(predictions) FROM " + table
                        + " ORDER BY path")
                .collectAsList();
    }

    /** Returns a jar with only the program. */
    private static Path program() throws IOException {
        Path jar = directory.resolve("program.jar");
        String name = SqlProgram.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                InputStream in = SqlProgram.class.getResourceAsStream("SqlProgram.class")) {
            assertThat(in).isNotNull();
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
            out.closeEntry();
        }
        return jar;
    }

    private static void bothWorkersLoadedTheModelOnce(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state.resolve("work"))) {
            List<Path> logs = files.filter(file -> file.endsWith("stderr")).toList();
            assertThat(logs).hasSize(2);
            for (Path log : logs) {
                assertThat(log).content().containsOnlyOnce("loaded model " + DemoBundle.ID + "@");
            }
        }
    }
}
