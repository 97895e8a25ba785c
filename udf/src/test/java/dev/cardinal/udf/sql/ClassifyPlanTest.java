package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.Pictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests how queries with {@code classify} are planned: which calls run in batches, and how many images are classified.
 */
class ClassifyPlanTest {
    private static final int PICTURES = SqlImages.PICTURES;

    @TempDir
    private static Path directory;

    private static SparkSession spark;

    @BeforeAll
    static void createTable() throws IOException {
        spark = SqlImages.session(directory.resolve("model"));
    }

    @AfterEach
    void clear() {
        spark.catalog().clearCache();
        spark.conf().unset("spark.sql.adaptive.enabled");
        spark.conf().unset("spark.sql.codegen.wholeStage");
        spark.conf().unset("spark.sql.codegen.factoryMode");
    }

    /** Queries, and how many images each one classifies. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            SELECT path, classify(image) FROM images                                                              | 40
            SELECT path, c FROM (SELECT path, classify(image) AS c FROM images) WHERE c.status = 'ok'             | 40
            SELECT * FROM (SELECT *, classify(image) AS c FROM images) WHERE c.predictions[0].score > 0.5         | 40
            SELECT classify(image), classify(image).status FROM images                                            | 40
            SELECT classify(image, 3), classify(image, 5), classify(image) FROM images                            | 40
            SELECT path, classify(image) FROM images WHERE classify(image).status = 'ok'                          | 40
            SELECT path, classify(image) FROM images WHERE classify(image).status = 'ok' ORDER BY classify(image).predictions[0].score | 40
            SELECT path, classify(image) AS c FROM images ORDER BY c.predictions[0].score                         | 40
            SELECT * FROM (SELECT path, classify(image) AS c FROM images) ORDER BY c.predictions[0].score LIMIT 3 | 40
            SELECT path FROM (SELECT path, classify(image) AS c FROM images)                                      | 0
            SELECT count(*) FROM (SELECT path, classify(image) AS c FROM images)                                  | 0
            SELECT count(c) FROM (SELECT path, classify(image) AS c FROM images)                                  | 40
            SELECT path, classify(image) FROM images WHERE number < 5                                             | 5
            SELECT * FROM (SELECT path, number, classify(image) AS c FROM images) WHERE number < 5                | 5
            SELECT * FROM (SELECT path, number, classify(image) AS c FROM images) WHERE number < 5 AND c.status = 'ok' | 5
            SELECT path FROM images WHERE classify(image).status = 'ok' AND number < 5                            | 5
            SELECT path FROM images WHERE number < 5 OR classify(image).status = 'ok'                             | 35
            SELECT CASE WHEN number < 3 THEN 'few' WHEN number < 10 THEN classify(image).status ELSE 'many' END FROM images | 7
            SELECT if(number < 3, classify(image), NULL), if(number > 37, classify(image).status, 'x') FROM images | 5
            SELECT if(number < 3, classify(image), NULL), classify(image).status FROM images                      | 40
            SELECT coalesce(if(number > 4, path, NULL), classify(image).status) FROM images                       | 5
            SELECT nvl(if(number > 4, path, NULL), classify(image).status) FROM images                            | 5
            SELECT nullif(classify(image).status, 'ok') FROM images                                               | 40
            SELECT classify(image).status, count(*) FROM images GROUP BY classify(image).status                   | 40
            SELECT classify(image).status AS s, count(*) FROM images GROUP BY s HAVING count(*) > 1 ORDER BY s    | 40
            SELECT max(classify(image).predictions[0].score) FROM images                                          | 40
            SELECT max(classify(image).predictions[0].score) FILTER (WHERE number < 3) FROM images                | 3
            SELECT count(*) FILTER (WHERE classify(image).status = 'ok') FROM images                              | 40
            SELECT number % 2, classify(max_by(image, number)) FROM images WHERE number < 40 GROUP BY number % 2  | 2
            SELECT classify(image), count(*) FROM images WHERE number < 5 GROUP BY image                          | 5
            SELECT path, p.label FROM images LATERAL VIEW explode(classify(image, 3).predictions) AS p            | 40
            SELECT path, rank() OVER (PARTITION BY classify(image).predictions[0].label ORDER BY classify(image).predictions[0].score) FROM images | 40
            SELECT a.path FROM images a JOIN images b ON classify(a.image).status = b.path                        | 40
            SELECT a.path FROM images a JOIN images b ON a.number = b.number AND classify(a.image).status = classify(b.image).status | 80
            SELECT a.path FROM images a LEFT JOIN images b ON a.number = b.number AND classify(b.image).status = 'ok' | 40
            SELECT path FROM images WHERE classify(image).status IN (SELECT s FROM VALUES ('ok') AS t(s))         | 40
            SELECT path FROM images WHERE path IN (SELECT path FROM images WHERE classify(image).status = 'ok')   | 40
            SELECT (SELECT max(classify(image).predictions[0].score) FROM images) AS best                         | 40
            SELECT path FROM images a WHERE EXISTS (SELECT 1 FROM images b WHERE a.number = b.number AND classify(b.image).status = 'ok') | 40
            SELECT path, (SELECT max(classify(b.image).predictions[0].score) FROM images b WHERE b.number = a.number) FROM images a | 40
            SELECT classify(image) FROM images WHERE number < 5 UNION ALL SELECT classify(image) FROM images WHERE number BETWEEN 10 AND 12 | 8
            SELECT DISTINCT classify(image).status FROM images                                                    | 40
            SELECT /*+ REPARTITION(2, s) */ * FROM (SELECT classify(image).status AS s FROM images)               | 40
            SELECT /*+ REPARTITION_BY_RANGE(2, s) */ * FROM (SELECT path, classify(image).status AS s FROM images) | 40
            WITH c AS (SELECT path, classify(image) AS r FROM images) SELECT path FROM c WHERE r.status = 'ok'    | 40
            WITH c AS (SELECT path, classify(image) AS r FROM images) SELECT a.path FROM c a JOIN c b ON a.path = b.path WHERE a.r.status = 'ok' AND b.r.status = 'ok' | 40
            WITH c AS (SELECT path, classify(image) AS r FROM images) SELECT path FROM c WHERE r.status = 'ok' UNION ALL SELECT path FROM c WHERE r.status <> 'ok' | 40
            SELECT classify(image) AS c, c.status AS s, upper(s) FROM images                                      | 40
            SELECT path, s FROM images, LATERAL (SELECT classify(image).status AS s)                              | 40
            SELECT path, classify(image) FROM images ORDER BY number DESC LIMIT 6                                 | 2
            SELECT path, classify(image).status AS s, number AS n FROM images ORDER BY n LIMIT 3                  | 3
            SELECT path, classify(image).status FROM images WHERE number < 40 ORDER BY number LIMIT 3 OFFSET 2    | 5
            SELECT path, transform(array(image, image), i -> classify(i).status) FROM images                      | 80
            SELECT a.path FROM images a JOIN images b ON a.number = b.number AND b.number < 3 AND classify(concat(a.image, substring(b.image, 1, 0))).status = 'ok' | 3
            """)
    void queryClassifiesOnlyTheImagesThatItNeeds(String query, long images) {
        assertThat(SqlImages.classifiedBy(() -> spark.sql(query).collectAsList()))
                .isEqualTo(images);
    }

    /** Runs with and without adaptive execution, and with and without generated code. */
    @ParameterizedTest
    @CsvSource({
        "spark.sql.adaptive.enabled, true",
        "spark.sql.adaptive.enabled, false",
        "spark.sql.codegen.wholeStage, false",
        "spark.sql.codegen.factoryMode, NO_CODEGEN"
    })
    void everyExecutionModeClassifiesEachImageOnce(String setting, String value) {
        String joined =
                "SELECT a.path, b.c FROM images a JOIN (SELECT path, classify(image) AS c FROM images) b ON a.path = b.path"
                        + " WHERE b.c.status = 'ok' ORDER BY a.path";
        String sorted =
                "SELECT path, classify(image) AS c FROM images WHERE number < 40 ORDER BY c.predictions[0].score";
        String byRow = "SELECT path, transform(array(image), i -> classify(i).status)[0] FROM images WHERE number < 40";
        List<Row> expected = spark.sql(joined).collectAsList();
        spark.conf().set(setting, value);

        assertThat(SqlImages.classifiedBy(
                        () -> assertThat(spark.sql(joined).collectAsList()).isEqualTo(expected)))
                .isEqualTo(PICTURES);
        assertThat(SqlImages.classifiedBy(
                        () -> assertThat(spark.sql(sorted).collectAsList()).hasSize(PICTURES)))
                .isEqualTo(PICTURES);
        assertThat(spark.sql(byRow).collectAsList()).hasSize(PICTURES).allMatch(row -> row.getString(1)
                .equals("ok"));
    }

    @Test
    void onlyRangePartitioningOverAClassificationGetsAShuffle() {
        assertThat(physical("SELECT path, classify(image) AS c FROM images ORDER BY c.predictions[0].score"))
                .containsPattern("hashpartitioning\\(path#\\d+, 4\\), REBALANCE");
        assertThat(physical("SELECT path, classify(image) AS c FROM images ORDER BY c.predictions[0].score LIMIT 5"))
                .doesNotContain("REBALANCE");
        assertThat(physical("SELECT path FROM (SELECT path, classify(image) AS c FROM images) ORDER BY path"))
                .doesNotContain("REBALANCE");
        assertThat(
                        physical(
                                "SELECT s, count(*) FROM (SELECT classify(image).status AS s FROM images) GROUP BY s ORDER BY s"))
                .doesNotContain("REBALANCE");
    }

    @Test
    void explainShowsTheOperatorForBatches() {
        assertThat(physical("SELECT path, classify(image, 3) AS c FROM images"))
                .containsPattern(
                        "ClassifyBatches \\[classify\\(image#\\d+, 3\\) AS classification#\\d+], \\[path#\\d+],"
                                + " fashion_resnext20_8x4d@[0-9a-f]{12}");
    }

    @Test
    void explainShowsCallsThatRunRowByRow() {
        assertThat(physical("SELECT transform(array(image), i -> classify(i, 3)) FROM images"))
                .doesNotContain("ClassifyBatches")
                .containsPattern("Project \\[transform\\(.*classify\\(lambda i#\\d+, 3\\)");
    }

    @Test
    void filtersArePushedToTheScanAndOnlyNeededColumnsAreRead() throws IOException {
        Path files = files("scan", 12);
        String table = "binaryFile.`" + files + "`";

        String plan = physical("SELECT path FROM (SELECT path, length, classify(content) AS c FROM " + table
                + ") WHERE length < 100000 AND c.status = 'ok'");

        assertThat(plan)
                .contains("PushedFilters: [IsNotNull(length), LessThan(length,100000)]")
                .contains("ReadSchema: struct<path:string,length:bigint,content:binary>");
        assertThat(physical("SELECT path FROM (SELECT path, classify(content) AS c FROM " + table + ")"))
                .doesNotContain("ClassifyBatches")
                .contains("ReadSchema: struct<path:string>");
        String partitioned = "SELECT c FROM (SELECT class, classify(content) AS c FROM parts) WHERE class = 'b'";
        spark.read().format("binaryFile").load(partitions().toString()).createOrReplaceTempView("parts");
        assertThat(physical(partitioned))
                .containsPattern("PartitionFilters: \\[isnotnull\\(class#\\d+\\), \\(class#\\d+ = b\\)]");
        assertThat(SqlImages.classifiedBy(() -> spark.sql(partitioned).collectAsList()))
                .isEqualTo(2);
    }

    private static Path files(String name, int count) throws IOException {
        Path files = Files.createDirectories(directory.resolve(name));
        for (int i = 0; i < count; i++) {
            Files.write(files.resolve(i + ".png"), Pictures.png(28, 28, i));
        }
        return files;
    }

    private static Path partitions() throws IOException {
        files("parts/class=a", 3);
        files("parts/class=b", 2);
        return directory.resolve("parts");
    }

    @Test
    void limitClassifiesOnlyTheRowsOfTheResult() {
        spark.sql("SELECT classify(image) FROM images LIMIT 1").collectAsList();

        assertThat(SqlImages.classifiedBy(() -> assertThat(spark.sql("SELECT classify(image) FROM images LIMIT 5")
                                .collectAsList())
                        .hasSize(5)))
                .isEqualTo(5);
        assertThat(SqlImages.classifiedBy(
                        () -> spark.sql("SELECT classify(image) FROM images").head(4)))
                .isLessThanOrEqualTo(4);
    }

    @Test
    void limitOverAFilterOfResultsStopsEarlyAndEndsTheThreads() {
        long classified = SqlImages.classifiedBy(
                () -> assertThat(spark.sql("SELECT path FROM images WHERE classify(image).status = 'ok' LIMIT 1")
                                .collectAsList())
                        .hasSize(1));

        assertThat(classified).isLessThanOrEqualTo(PICTURES / 3 + 1);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("cardinal-infer"));
    }

    @Test
    void cachedTableClassifiesOnce() {
        Dataset<Row> cached =
                spark.sql("SELECT path, classify(image) AS c FROM images").cache();

        assertThat(SqlImages.classifiedBy(cached::count)).isEqualTo(PICTURES);
        assertThat(SqlImages.classifiedBy(() -> {
                    cached.where("c.status = 'ok'").collectAsList();
                    spark.sql("SELECT path, classify(image) AS c FROM images").collectAsList();
                    spark.sql("SELECT c.status FROM (SELECT path, classify(image) AS c FROM images)")
                            .collectAsList();
                }))
                .isZero();
    }

    @Test
    void viewsAndInsertsClassify() {
        spark.sql(
                "CREATE OR REPLACE TEMPORARY VIEW classified AS SELECT path, number, classify(image) AS c FROM images");
        String output = directory.resolve("written").toString();

        assertThat(SqlImages.classifiedBy(
                        () -> spark.sql("SELECT path FROM classified WHERE number < 4 AND c.status = 'ok'")
                                .collectAsList()))
                .isEqualTo(4);
        assertThat(SqlImages.classifiedBy(
                        () -> spark.table("classified").write().parquet(output)))
                .isEqualTo(PICTURES);
        assertThat(spark.read().parquet(output).where("c.status = 'ok'").count())
                .isEqualTo(PICTURES);
    }

    @Test
    void permanentViewWithClassifyIsRejected() {
        assertThatThrownBy(() -> spark.sql(
                        "CREATE VIEW permanent AS SELECT classify(image) AS c FROM VALUES (X'00') AS t(image)"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("classify");
    }

    @Test
    void selfJoinOfAClassifiedTableWorks() {
        Dataset<Row> classified = spark.sql("SELECT path, classify(image) AS c FROM images");

        assertThat(classified
                        .as("a")
                        .join(classified.as("b"), "path")
                        .selectExpr("a.c.status", "b.c.status")
                        .distinct()
                        .collectAsList())
                .contains(RowFactory.create("ok", "ok"));
    }

    @Test
    void streamingQueryClassifies() throws Exception {
        Path files = files("stream", 6);
        List<Long> counts = new CopyOnWriteArrayList<>();
        Dataset<Row> stream = spark.readStream()
                .format("binaryFile")
                .schema(spark.read().format("binaryFile").load(files.toString()).schema())
                .load(files.toString())
                .selectExpr("path", "classify(content) AS c")
                .where("c.status = 'ok'");

        long classified = SqlImages.classifiedBy(() -> {
            try {
                StreamingQuery query = stream.writeStream()
                        .trigger(Trigger.AvailableNow())
                        .option(
                                "checkpointLocation",
                                directory.resolve("checkpoint").toString())
                        .foreachBatch((VoidFunction2<Dataset<Row>, Long>) (batch, id) ->
                                counts.add((long) batch.collectAsList().size()))
                        .start();
                query.awaitTermination();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });

        assertThat(counts).containsExactly(6L);
        assertThat(classified).isEqualTo(6);
    }

    @Test
    void metricsOfTheOperatorCountImagesAndBatches() {
        Dataset<Row> query = spark.sql("SELECT path, classify(image) FROM images");
        query.collectAsList();

        var plan = ((org.apache.spark.sql.classic.Dataset<Row>) query)
                .queryExecution()
                .executedPlan();
        var metrics = plan.find(ScalaInterop.predicate(ClassifyBatchesExec.class::isInstance))
                .get()
                .metrics();
        assertThat(metrics.apply("classified").value()).isEqualTo(PICTURES);
        assertThat(metrics.apply("images").value()).isEqualTo(SqlImages.ROWS);
        assertThat(metrics.apply("batches").value()).isBetween(5L, 9L);
    }

    private static String physical(String query) {
        return ((org.apache.spark.sql.classic.Dataset<Row>) spark.sql(query))
                .queryExecution()
                .executedPlan()
                .toString();
    }
}
