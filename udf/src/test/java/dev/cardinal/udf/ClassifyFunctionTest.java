package dev.cardinal.udf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyFunctionTest {
    private static final StructType SCHEMA =
            new StructType().add("name", DataTypes.StringType).add("image", DataTypes.BinaryType);

    @TempDir
    private static Path directory;

    private static SparkSession spark;

    @BeforeAll
    static void register() throws IOException {
        spark = LocalSpark.session();
        Path bundle = directory.resolve("model");
        BundleCard card = DemoModel.importTo(DemoModel.card(), bundle);
        ClassifyFunction.register(spark, DemoModel.broadcast(card, bundle), 3);
        byte[] picture = Pictures.png(28, 28, 1);
        List<Row> images = List.of(
                RowFactory.create("picture", picture),
                RowFactory.create("null", null),
                RowFactory.create("nothing", new byte[0]),
                RowFactory.create("text", "hello\n".getBytes(StandardCharsets.UTF_8)),
                RowFactory.create("torn", java.util.Arrays.copyOf(picture, 100)));
        // As a distributed data set: Spark would classify a local one while it plans the query, outside of any task.
        Dataset<Row> distributed = spark.createDataFrame(LocalSpark.context().parallelize(images, 3), SCHEMA);
        distributed.createOrReplaceTempView("images");
    }

    @Test
    void nullGivesNull() {
        assertThat(spark.sql("SELECT classify(image) IS NULL FROM images WHERE name = 'null'")
                        .first()
                        .getBoolean(0))
                .isTrue();
    }

    @Test
    void brokenImagesGiveTheirStatusAndNoPredictions() {
        List<Row> rows = spark.sql(
                        "SELECT name, c.* FROM (SELECT name, classify(image) AS c FROM images) WHERE c.status <> 'ok'")
                .collectAsList();

        Map<String, String> statuses =
                rows.stream().collect(Collectors.toMap(row -> row.getString(0), row -> row.getString(1)));
        assertThat(statuses).isEqualTo(Map.of("nothing", "empty", "text", "unsupported", "torn", "undecodable"));
        assertThat(rows).allMatch(row -> !row.isNullAt(2) && row.isNullAt(3));
    }

    @Test
    void pictureGivesItsHighestPredictions() throws IOException {
        Row row = spark.sql("SELECT c.* FROM (SELECT classify(image) AS c FROM images WHERE name = 'picture')")
                .first();

        assertThat(row.getString(0)).isEqualTo("ok");
        assertThat(row.isNullAt(1)).isTrue();
        Path bundle = directory.resolve("model");
        try (SavedModelClassifier classifier =
                SavedModelClassifier.load(bundle, DemoModel.read(bundle), SessionSettings.cpu())) {
            float[] probabilities = classifier
                    .classify(List.of(Pictures.rgb(28, 28, 1)), 28, 28)
                    .get(0)
                    .probabilities();
            assertThat(row.<Row>getList(2))
                    .extracting(prediction -> prediction.getInt(0))
                    .containsExactly(java.util.Arrays.stream(TopK.indices(probabilities, 3))
                            .boxed()
                            .toArray(Integer[]::new));
            assertThat(row.<Row>getList(2)).allSatisfy(prediction -> assertThat(prediction.getString(1))
                    .isEqualTo(
                            DemoModel.card().labels().get(prediction.getInt(0)).name()));
        }
    }

    @Test
    void constantIsClassifiedWhereThereIsNoTask() {
        assertThat(spark.sql("SELECT classify(X'') AS c, classify(CAST(NULL AS BINARY)) AS n")
                        .selectExpr("c.status", "n IS NULL")
                        .first())
                .isEqualTo(RowFactory.create("empty", true));
    }

    @Test
    void resultHasTheDocumentedSchema() {
        assertThat(spark.sql("SELECT classify(image) AS c FROM images")
                        .schema()
                        .apply("c")
                        .dataType()
                        .sql())
                .isEqualTo("STRUCT<status: STRING NOT NULL, error: STRING, predictions:"
                        + " ARRAY<STRUCT<class_index: INT NOT NULL, label: STRING NOT NULL, score: FLOAT NOT NULL>>>");
    }
}
