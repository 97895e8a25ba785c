package dev.cardinal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.udf.CardinalExtensions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the job jar on the newest Spark that it supports, and compares the results with those of the Spark it was compiled against: label, a
 * killed driver, select, and the plans of queries with {@code classify}. Skipped without {@code pyspark}, see
 * {@link SparkDistribution}.
 */
class NewestSparkIT {
    private static final String IMAGES_PER_COMMIT = "100";

    /** A call in each place that the rules know: see {@code ClassifyPlanTest}. */
    private static final List<String> QUERIES = List.of(
            "SELECT path, classify(content, 3) FROM photos",
            "SELECT path FROM (SELECT path, classify(content) AS c FROM photos)",
            "SELECT path, classify(content) FROM photos WHERE classify(content).status = 'ok' AND length < 500",
            "SELECT CASE WHEN length < 300 THEN 'small' ELSE classify(content).status END FROM photos",
            "SELECT classify(content).status AS s, count(*) FROM photos GROUP BY s HAVING count(*) > 1 ORDER BY s",
            "SELECT count(*) FILTER (WHERE classify(content).status = 'ok') FROM photos",
            "SELECT path, p.label FROM photos LATERAL VIEW explode(classify(content, 3).predictions) AS p",
            "SELECT path, rank() OVER (PARTITION BY classify(content).status ORDER BY length) FROM photos",
            "SELECT a.path FROM photos a JOIN photos b ON a.path = b.path AND classify(b.content).status = 'ok'",
            "SELECT path FROM photos WHERE path IN (SELECT path FROM photos WHERE classify(content).status = 'ok')",
            "SELECT path, classify(content).status AS s FROM photos ORDER BY length LIMIT 3",
            "SELECT path, classify(content).status AS s FROM photos ORDER BY s",
            "WITH c AS (SELECT path, classify(content) AS r FROM photos)"
                    + " SELECT a.path FROM c a JOIN c b ON a.path = b.path WHERE a.r.status = 'ok' AND b.r.status = 'ok'",
            "SELECT transform(array(content), i -> classify(i).status) FROM photos");

    @TempDir
    private static Path directory;

    private static SparkDistribution newest = new SparkDistribution("unset", "unset", Path.of("unset"));
    private static Path model = Path.of("unset");
    private static Path expected = Path.of("unset");

    @BeforeAll
    static void labelWithTheSparkOfTheBuild() throws Exception {
        newest = SparkDistribution.find(directory);
        model = JobProcess.importDemoModel(directory);
        expected = directory.resolve("expected");
        succeed(JobProcess.submit(directory, label(expected)));
    }

    @AfterAll
    static void stopSpark() {
        TestSpark.stop();
    }

    @Test
    void labelAndSelectGiveTheSameRows() throws Exception {
        Path table = directory.resolve("local");
        succeed(submit("local[2]", label(table)));
        SameTable.assertSameRows(table, expected);

        Path selected = directory.resolve("selected");
        Path reference = directory.resolve("reference");
        succeed(submit("local[2]", select(expected, selected)));
        succeed(JobProcess.submit(directory, select(expected, reference)));
        String rows = "SELECT * FROM read_parquet('" + selected + "/selection/*.parquet')";
        String others = "SELECT * FROM read_parquet('" + reference + "/selection/*.parquet')";
        assertThat(DuckDb.query(expected, rows)).hasSizeGreaterThan(50);
        assertThat(DuckDb.query(
                        expected,
                        "(" + rows + " EXCEPT ALL " + others + ") UNION ALL (" + others + " EXCEPT ALL " + rows + ")"))
                .isEmpty();
    }

    @Test
    void killedDriverOnAClusterLosesAndRepeatsNoRow() throws Exception {
        Path table = directory.resolve("cluster-table");
        Path state = directory.resolve("cluster");
        try (StandaloneCluster cluster = StandaloneCluster.start(
                state, newest.environment(), "--workers", "2", "--cores", "1", "--memory", "2g")) {
            Path killed = Files.createDirectory(directory.resolve("killed"));
            Process driver = JobProcess.start(killed, newest.environment(), command(cluster.master(), label(table)));
            while (isEmpty(table)) {
                assertThat(driver.waitFor(50, TimeUnit.MILLISECONDS))
                        .as("the driver ended before its first commit")
                        .isFalse();
            }
            driver.destroyForcibly().waitFor();
            succeed(submit(cluster.master(), label(table)));
        }
        SameTable.assertSameRows(table, expected);
    }

    @Test
    void plansOfQueriesAreTheSame() throws Exception {
        String view = "CREATE TEMPORARY VIEW photos USING binaryFile OPTIONS (path '" + JobProcess.demoImages()
                + "', recursiveFileLookup 'true')";
        SparkSession session = sessionWithClassify();
        session.sql(view);
        List<String> plans = QUERIES.stream()
                .map(query -> operators(session.sql("EXPLAIN " + query).first().getString(0)))
                .toList();

        List<String> lines = new ArrayList<>(List.of(view + ";"));
        QUERIES.forEach(query -> lines.add("EXPLAIN " + query + ";"));
        Path scratch = Files.createDirectory(directory.resolve("plans"));
        // A file, because the shell repeats what it reads from its input.
        Path file = Files.write(scratch.resolve("plans.sql"), lines);
        JobProcess.Result result = newest.run(
                scratch,
                List.of(),
                "spark-sql",
                List.of(
                        "-f",
                        file.toString(),
                        "--master",
                        "local[1]",
                        "--jars",
                        System.getProperty("cardinal.jar"),
                        "--conf",
                        "spark.sql.extensions=dev.cardinal.udf.CardinalExtensions",
                        "--conf",
                        "spark.sql.codegen.wholeStage=false",
                        "--conf",
                        "spark.sql.shuffle.partitions=1",
                        "--conf",
                        "spark.cardinal.model=" + model));

        succeed(result);
        List<String> others = Stream.of(result.out().split("== Physical Plan ==\n", -1))
                .skip(1)
                .map(NewestSparkIT::operators)
                .toList();
        assertThat(others).isEqualTo(plans);
    }

    private static SparkSession sessionWithClassify() {
        TestSpark.session();
        SparkSession session = org.apache.spark.sql.classic.SparkSession.builder()
                .withExtensions(new CardinalExtensions())
                .create();
        session.conf().set("spark.cardinal.model", model.toString());
        return session;
    }

    /**
     * Returns the names of a plan's operators with their depth, and the arguments of Cardinal's, without ids. The arguments of Spark's
     * operators differ between versions.
     */
    private static String operators(String plan) {
        return plan.lines()
                .filter(line -> Pattern.compile("^[ :+-]*[A-Z]").matcher(line).find())
                .filter(line -> !line.startsWith("=="))
                .map(line -> line.replaceAll("#\\d+L?", ""))
                .map(line -> line.contains("classify(") || line.contains("ClassifyBatches")
                        ? line.stripTrailing()
                        : line.replaceFirst("^([ :+-]*\\w+).*", "$1"))
                .collect(Collectors.joining("\n"));
    }

    private static boolean isEmpty(Path table) throws IOException {
        if (!Files.exists(table)) {
            return true;
        }
        try (Stream<Path> files = Files.list(table)) {
            return files.noneMatch(file -> file.toString().endsWith(".parquet"));
        }
    }

    private static void succeed(JobProcess.Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
    }

    private static JobProcess.Result submit(String master, String... arguments)
            throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory(directory, "submit");
        return JobProcess.finish(JobProcess.start(scratch, newest.environment(), command(master, arguments)), scratch);
    }

    private static List<String> command(String master, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                newest.home().resolve("bin/spark-submit").toString(),
                "--master",
                master,
                "--driver-memory",
                "2g",
                "--conf",
                "spark.ui.enabled=false",
                "--conf",
                "spark.executor.memory=1g",
                "--class",
                "dev.cardinal.job.Cardinal",
                System.getProperty("cardinal.jar")));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String[] label(Path output) {
        return new String[] {
            "label",
            "--model",
            model.toString(),
            "--input",
            JobProcess.demoImages().toString(),
            "--output",
            output.toString(),
            "--images-per-commit",
            IMAGES_PER_COMMIT
        };
    }

    private static String[] select(Path predictions, Path output) {
        return new String[] {
            "select", "--predictions", predictions.toString(), "--output", output.toString(), "--k", "20"
        };
    }
}
