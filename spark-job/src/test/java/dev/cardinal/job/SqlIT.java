package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify} as a user has it: the job jar and two settings, on a standalone cluster. */
class SqlIT {
    @TempDir
    private static Path directory;

    private static Path model = Path.of("");

    @BeforeAll
    static void importModel() throws IOException, InterruptedException {
        model = JobProcess.importDemoModel(directory);
    }

    @AfterAll
    static void stopSpark() {
        LocalSpark.stop();
    }

    @Test
    void classifyGivesWhatLabelGives() throws Exception {
        Path images = JobProcess.demoImages();
        Path labelled = directory.resolve("predictions");
        JobProcess.Result label = JobProcess.submit(
                directory,
                "label",
                "--model",
                model.toString(),
                "--input",
                images.toString(),
                "--output",
                labelled.toString(),
                "--top-k",
                "3");
        assertThat(label.exitCode()).as(label.err()).isZero();
        Path output = directory.resolve("classified");

        try (StandaloneCluster cluster = StandaloneCluster.start(directory, 2, 2)) {
            sql(
                    Map.of("spark.master", cluster.master(), "spark.executor.memory", "1g"),
                    output,
                    "CREATE TEMPORARY VIEW images USING binaryFile OPTIONS (path '" + images
                            + "', recursiveFileLookup 'true')",
                    "SET spark.cardinal.model=" + model,
                    "SELECT path, c.status, c.error, c.predictions"
                            + " FROM (SELECT path, classify(content, 3) AS c FROM images) WHERE c.status IS NOT NULL");
        }

        SparkSession spark = LocalSpark.session();
        List<Row> expected = rows(spark, labelled);
        List<Row> classified = rows(spark, output);
        assertThat(expected).hasSizeGreaterThan(1_000);
        assertThat(classified).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(classified.get(i).getString(0)).isEqualTo(expected.get(i).getString(0));
            assertThat(classified.get(i)).isEqualTo(expected.get(i));
        }
    }

    /** Scores in thousandths: images of other batches differ in the last digits. */
    private static List<Row> rows(SparkSession spark, Path table) {
        return spark.read()
                .parquet(table.toString())
                .selectExpr(
                        "path",
                        "status",
                        "error",
                        "predictions[0].label",
                        "size(predictions)",
                        "round(predictions[0].score, 3)")
                .orderBy("path")
                .collectAsList();
    }

    private static void sql(Map<String, String> settings, Path output, String... statements)
            throws IOException, InterruptedException {
        String jar = System.getProperty("cardinal.jar");
        Map<String, String> all = new TreeMap<>(Map.of(
                "spark.sql.extensions", "dev.cardinal.udf.CardinalExtensions",
                "spark.jars", jar,
                "spark.ui.enabled", "false"));
        all.putAll(settings);
        List<String> options = new ArrayList<>(List.of("-Xmx1g"));
        all.forEach((key, value) -> options.add("-D" + key + "=" + value));
        List<String> command = JobProcess.java(options.toArray(String[]::new));
        int classpath = command.indexOf("-cp") + 1;
        Path tests = Path.of(SqlProgram.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        command.set(classpath, jar + ":" + command.get(classpath) + ":" + tests);
        command.add(SqlProgram.class.getName());
        command.add(output.toString());
        command.addAll(List.of(statements));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out.txt").toFile())
                .redirectError(directory.resolve("err.txt").toFile())
                .start();
        JobProcess.Result result = JobProcess.finish(process, directory);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(Files.isDirectory(output)).isTrue();
    }
}
