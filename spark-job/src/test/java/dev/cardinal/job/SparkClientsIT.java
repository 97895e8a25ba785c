package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the lines of docs/sql.md, as they stand there, in the clients of a complete Spark: Python, Spark Connect, spark-sql, spark-shell,
 * and beeline on the Thrift server. Only the paths are replaced. Skipped without {@code pyspark}, see {@link SparkDistribution}.
 */
class SparkClientsIT {
    private static final String MODEL = "hdfs:///models/resnext50";
    private static final String PHOTOS = "/data/photos";
    private static final String JAR = "spark-job/target/cardinal.jar";
    private static final int IMAGES = 95;

    @TempDir
    private static Path directory;

    private static SparkDistribution spark = new SparkDistribution("unset", "unset", Path.of("unset"));
    private static Path model = Path.of("unset");
    private static String document = "";

    @TempDir
    private Path scratch;

    @BeforeAll
    static void importModel() throws Exception {
        spark = SparkDistribution.find(directory);
        model = JobProcess.importDemoModel(directory);
        document = Files.readString(Path.of("../docs/sql.md"))
                .replace(MODEL, model.toString())
                .replace(PHOTOS, JobProcess.demoImages().resolve("bag").toString())
                .replace(JAR, System.getProperty("cardinal.jar"));
    }

    @Test
    void pythonClassifiesAndReadsPredictionsIntoPandas() throws Exception {
        List<String> submit = new ArrayList<>(local());
        submit.addAll(options(block("", "spark-sql --jars")));
        submit.add(pythonProgram().toString());
        JobProcess.Result result = spark.run(scratch, List.of(), "spark-submit", submit);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("classic session").contains(pythonResult());
    }

    /** The client has no jar and no setting, apart from the server's address. */
    @Test
    void connectClientClassifiesWithoutTheJar() throws Exception {
        int port = SparkDistribution.freePort();
        List<String> arguments = new ArrayList<>(local());
        arguments.addAll(options(block("", "sbin/start-connect-server.sh")));
        arguments.addAll(List.of("--conf", "spark.connect.grpc.binding.port=" + port));
        try (SparkDistribution.Server server =
                spark.serve(scratch, port, "org.apache.spark.sql.connect.service.SparkConnectServer", arguments)) {
            JobProcess.Result result = spark.python(
                    Files.createDirectory(scratch.resolve("client")),
                    Map.of("SPARK_REMOTE", "sc://localhost:" + port),
                    pythonProgram());

            assertThat(server.process().isAlive()).isTrue();
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out()).contains("connect session").contains(pythonResult());
        }
    }

    @Test
    void sqlShellRunsTheLines() throws Exception {
        String shell = block("", "spark-sql --jars");
        List<String> arguments = new ArrayList<>(local());
        arguments.addAll(options(shell));
        arguments.addAll(List.of(
                "-f", Files.write(scratch.resolve("lines.sql"), input(shell)).toString()));
        JobProcess.Result result = spark.run(scratch, List.of(), "spark-sql", arguments);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().lines().filter(line -> line.contains("/bag/")))
                .hasSize(IMAGES)
                .allMatch(line -> line.matches("file:\\S+\t\\S+\t[0-9.]+"));
    }

    @Test
    void scalaShellRunsTheLines() throws Exception {
        List<String> arguments = new ArrayList<>(local());
        arguments.addAll(options(block("", "spark-sql --jars")));
        JobProcess.Result result = spark.run(
                scratch,
                List.of(
                        "val sql = " + block("scala", "spark.read").strip(),
                        "println(\"sql \" + sql.where(\"c.status = 'ok'\").count())",
                        "val stage = " + block("scala", "new dev.cardinal").strip(),
                        "println(\"stage \" + stage.where(\"size(classification.predictions) = 5\").count())"),
                "spark-shell",
                arguments);

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("sql " + IMAGES, "stage " + IMAGES);
    }

    @Test
    @EnabledIfSystemProperty(
            named = "cardinal.thrift",
            matches = "true",
            disabledReason = "the query did not end within 3 minutes on two cores; run it with -Dcardinal.thrift=true")
    void beelineQueriesTheThriftServer() throws Exception {
        String shell = block("", "sbin/start-thriftserver.sh");
        String beeline = input(shell).get(0);
        int port = SparkDistribution.freePort();
        List<String> arguments = new ArrayList<>(local());
        arguments.addAll(options(shell));
        arguments.addAll(List.of("--conf", "spark.hadoop.hive.server2.thrift.port=" + port));
        try (SparkDistribution.Server server =
                spark.serve(scratch, port, "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", arguments)) {
            JobProcess.Result result = JobProcess.finish(
                    JobProcess.start(
                            Files.createDirectory(scratch.resolve("client")),
                            spark.environment(),
                            List.of(
                                    "/bin/sh",
                                    "-c",
                                    "\"$SPARK_HOME/bin/\"" + beeline.replace("localhost:10000", "localhost:" + port))),
                    scratch.resolve("client"));

            assertThat(server.process().isAlive()).isTrue();
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.out().lines().filter(line -> line.contains("/bag/")))
                    .hasSize(IMAGES)
                    .filteredOn(line -> line.matches("\\|.*\\| Bag +\\|"))
                    .hasSizeGreaterThan(80);
        }
    }

    private static List<String> local() {
        return List.of("--master", "local[2]", "--driver-memory", "1g", "--conf", "spark.ui.enabled=false");
    }

    /** Returns the Python blocks of the page as one program that also prints what it read. */
    private Path pythonProgram() throws IOException {
        List<String> blocks = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL)
                .matcher(document)
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).hasSize(3);
        return Files.writeString(scratch.resolve("program.py"), String.join("\n", blocks) + """

                print("connect session" if ".connect." in type(spark).__module__ else "classic session")
                print("rows", len(labels), list(labels.columns))
                photos.createOrReplaceTempView("photos")
                top = spark.sql("SELECT classify(content, 1).predictions[0].label AS label, count(*) AS images"
                    " FROM photos GROUP BY 1 ORDER BY 2 DESC").toPandas()
                print("most", top.label[0])
                print("stage", len(predictions), set(predictions.status), set(map(len, predictions.predictions)))
                spark.stop()
                """);
    }

    private static String[] pythonResult() {
        return new String[] {
            "rows " + IMAGES + " ['path', 'label', 'score']\n", "most Bag\n", "stage " + IMAGES + " {'ok'} {5}\n"
        };
    }

    /** Returns the block of a language that begins with these words. */
    private static String block(String language, String words) {
        return Pattern.compile("```" + language + "\n(" + Pattern.quote(words) + ".*?)```", Pattern.DOTALL)
                .matcher(document)
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("docs/sql.md has no block that begins with " + words));
    }

    /** Returns the options of the command that a block begins with. */
    private static List<String> options(String block) {
        String command =
                block.substring(0, endOfCommand(block)).replace("\\\n", " ").strip();
        List<String> words = List.of(command.split("\\s+", -1));
        return words.subList(1, words.size());
    }

    /** Returns the lines after the command that a block begins with. */
    private static List<String> input(String block) {
        return block.substring(endOfCommand(block))
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static int endOfCommand(String block) {
        return Pattern.compile("[^\\\\]\n")
                .matcher(block)
                .results()
                .map(MatchResult::end)
                .findFirst()
                .orElse(block.length());
    }
}
