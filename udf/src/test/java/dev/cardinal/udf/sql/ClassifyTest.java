package dev.cardinal.udf.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.ProcessCounters;
import dev.cardinal.udf.model.ModelCache;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the results and errors of {@code classify}. */
class ClassifyTest {
    @TempDir
    private static Path directory;

    private static SparkSession spark;
    private static String model;

    @BeforeAll
    static void createTable() throws IOException {
        spark = SqlImages.session(directory.resolve("model"));
        model = spark.conf().get(ClassifyKey.MODEL.key());
    }

    @AfterEach
    void resetSettings() {
        for (ClassifyKey key : ClassifyKey.values()) {
            spark.conf().unset(key.key());
        }
        spark.conf().unset("spark.cardinal.btachSize");
        spark.conf().set(ClassifyKey.MODEL.key(), model);
        spark.conf().set(ClassifyKey.BATCH_SIZE.key(), "8");
    }

    @Test
    void rowsKeepTheirOrderAndGetTheirOwnResult() {
        List<Row> rows = spark.sql("SELECT number, path, classify(image) AS c FROM images")
                .collectAsList();

        assertThat(rows)
                .hasSize(SqlImages.ROWS)
                .isSortedAccordingTo((a, b) -> Integer.compare(a.getInt(0), b.getInt(0)));
        Map<String, String> rejected = rows.stream()
                .filter(row -> row.getInt(0) > 100)
                .collect(Collectors.toMap(
                        row -> row.getString(1), row -> row.getStruct(2).getString(0)));
        assertThat(rejected).isEqualTo(Map.of("nothing", "empty", "text", "unsupported", "truncated", "undecodable"));
        assertThat(rows).filteredOn(row -> row.getInt(0) == 100).singleElement().matches(row -> row.isNullAt(2));
        assertThat(rows)
                .filteredOn(row -> row.getInt(0) < 100)
                .hasSize(SqlImages.PICTURES)
                .allSatisfy(row -> {
                    assertThat(row.getStruct(2).getString(0)).isEqualTo("ok");
                    assertThat(row.getStruct(2).isNullAt(1)).isTrue();
                    assertThat(row.getStruct(2).<Row>getList(2)).hasSize(10);
                });
    }

    @Test
    void batchedAndRowByRowEvaluationGiveTheSameResults() {
        List<Row> batched = spark.sql("SELECT path, classify(image) FROM images ORDER BY path")
                .collectAsList();

        List<Row> single = spark.sql(
                        "SELECT path, transform(array(image), i -> classify(i))[0] FROM images ORDER BY path")
                .collectAsList();

        assertThat(single).hasSize(SqlImages.ROWS);
        for (int i = 0; i < SqlImages.ROWS; i++) {
            assertSame(batched.get(i), single.get(i));
        }
    }

    private static void assertSame(Row one, Row other) {
        assertThat(one.getString(0)).isEqualTo(other.getString(0));
        assertThat(one.isNullAt(1)).isEqualTo(other.isNullAt(1));
        if (one.isNullAt(1) || one.getStruct(1).isNullAt(2)) {
            assertThat(one).isEqualTo(other);
            return;
        }
        List<Row> predictions = one.getStruct(1).getList(2);
        List<Row> others = other.getStruct(1).getList(2);
        assertThat(predictions).hasSameSizeAs(others);
        for (int i = 0; i < predictions.size(); i++) {
            assertThat(predictions.get(i).getFloat(2)).isCloseTo(others.get(i).getFloat(2), Offset.offset(1e-5f));
        }
        assertThat(predictions.get(0))
                .extracting(p -> p.getInt(0))
                .isEqualTo(others.get(0).getInt(0));
    }

    @Test
    void resultHasTheDocumentedType() {
        assertThat(spark.sql("SELECT classify(image) AS c FROM images")
                        .schema()
                        .apply("c")
                        .dataType()
                        .sql())
                .isEqualTo("STRUCT<status: STRING NOT NULL, error: STRING, predictions:"
                        + " ARRAY<STRUCT<class_index: INT NOT NULL, label: STRING NOT NULL, score: FLOAT NOT NULL>>>");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            classify(image)             | 10
            classify(image, 3)          | 3
            classify(image, 1 + 1)      | 2
            classify(image, 4L)         | 4
            classify(image, 99)         | 10
            """)
    void kLimitsThePredictions(String call, int predictions) {
        assertThat(spark.sql("SELECT size(" + call + ".predictions) FROM images WHERE number = 7")
                        .first()
                        .getInt(0))
                .isEqualTo(predictions);
    }

    @Test
    void topKAppliesToCallsWithoutK() {
        spark.conf().set(ClassifyKey.TOP_K.key(), "2");

        assertThat(spark.sql(
                                "SELECT size(classify(image).predictions), size(classify(image, 3).predictions) FROM images LIMIT 1")
                        .first())
                .isEqualTo(RowFactory.create(2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "number", "NULL", "'many'", "1.5D", "rand()", "3000000000"})
    void kMustBeAConstantOfAtLeastOne(String k) {
        assertThatThrownBy(() -> spark.sql("SELECT classify(image, " + k + ") FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith(
                        "classify takes a constant of at least 1 for k, the number of predictions, not ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "image, 1, 2"})
    void classifyTakesOneOrTwoArguments(String arguments) {
        assertThatThrownBy(() -> spark.sql("SELECT classify(" + arguments + ") FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("classify takes an image and optionally k, the number of predictions, not ");
    }

    @Test
    void columnOfAnotherTypeIsRejectedWithItsNameAndType() {
        assertThatThrownBy(() -> spark.sql("SELECT classify(path) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining(
                        "classify takes the bytes of an encoded image, such as the column content of the data source"
                                + " binaryFile, or the column image of the data source image; images.path is STRING");
    }

    @Test
    void missingModelSettingFailsTheAnalysisWithTheKey() {
        spark.conf().unset(ClassifyKey.MODEL.key());

        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessage(
                        "classify cannot be called: spark.cardinal.model is not set: name the directory of a model bundle, as in"
                                + " SET spark.cardinal.model=hdfs:///models/resnext50; line 1 pos 7");
    }

    @Test
    void unreadableModelFailsTheAnalysisWithTheReason() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        Path gone = directory.resolve("gone");

        spark.conf().set(ClassifyKey.MODEL.key(), gone.toString());
        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("classify cannot be called: model " + gone + " does not exist");
        spark.conf().set(ClassifyKey.MODEL.key(), empty.toString());
        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("classify cannot be called: model " + empty
                        + " is an incomplete bundle: missing saved_model.pb");
        spark.conf().set(ClassifyKey.MODEL.key(), "s3a://key:secret@bucket/model");
        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageContaining("spark.cardinal.model is an s3a:// path with credentials")
                .hasMessageNotContaining("secret");
        spark.conf().set(ClassifyKey.MODEL.key(), "nothing://models/a");
        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .isInstanceOf(AnalysisException.class)
                .hasMessageStartingWith("classify cannot be called: model nothing://models/a cannot be read: ");
    }

    @Test
    void everyInvalidSettingIsReported() {
        spark.conf().set(ClassifyKey.PRECISION.key(), "fp8");
        spark.conf().set(ClassifyKey.BATCH_SIZE.key(), "many");
        spark.conf().set("spark.cardinal.btachSize", "1");

        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .hasMessageContaining("spark.cardinal.precision must be one of auto, fp32, bf16, fp16, not 'fp8'")
                .hasMessageContaining(
                        "spark.cardinal.batchSize must be a whole number from 1 to 2147483647, not 'many'")
                .hasMessageContaining("spark.cardinal.btachSize is unknown; the settings are spark.cardinal.model, ");
    }

    @Test
    void unavailableDeviceIsReportedWithTheKeysOfTheSession() {
        spark.conf().set(ClassifyKey.PRECISION.key(), "fp16");
        spark.conf().set(ClassifyKey.DEVICE.key(), "cpu");

        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .hasMessage(
                        "classify cannot be called: spark.cardinal.precision fp16 needs a GPU, and spark.cardinal.device is cpu:"
                                + " use spark.cardinal.precision fp32, or auto; line 1 pos 7");
    }

    @Test
    void viewsChangeTheScoresAndCropsNeedAModelWithACrop() {
        String scores =
                "SELECT number, classify(image).predictions[0].score FROM images WHERE number < 3 ORDER BY number";
        List<Row> one = spark.sql(scores).collectAsList();

        spark.conf().set(ClassifyKey.VIEWS.key(), "flip");

        assertThat(spark.sql(scores).collectAsList()).hasSameSizeAs(one).isNotEqualTo(one);
        spark.conf().set(ClassifyKey.VIEWS.key(), "five-crop");
        assertThatThrownBy(() -> spark.sql("SELECT classify(image) FROM images"))
                .hasMessageContaining(
                        "classify cannot be called: spark.cardinal.views five-crop needs a model with a crop");
    }

    @Test
    void limitsOfPixelsAndBytesApply() {
        spark.conf().set(ClassifyKey.MAX_PIXELS.key(), "100");
        spark.conf().set(ClassifyKey.MAX_FILE_BYTES.key(), "1000");

        assertThat(spark.sql("SELECT classify(image).status, classify(image).error FROM images WHERE number = 0")
                        .first())
                .isEqualTo(RowFactory.create("too_large", "more than the 1000 bytes a file may have"));
        spark.conf().unset(ClassifyKey.MAX_FILE_BYTES.key());
        assertThat(spark.sql("SELECT classify(image).error FROM images WHERE number = 0")
                        .first()
                        .getString(0))
                .isEqualTo("PNG: 28 x 28 pixels exceed the limit of 100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"broadcast", "shared"})
    void modelIsLoadedOnceAndSentOnceForAllQueries(String distribution) {
        spark.conf().set(ClassifyKey.MODEL_DISTRIBUTION.key(), distribution);
        spark.sql("SELECT classify(image) FROM images").collectAsList();
        long loads = ModelCache.loads();
        SparkSession session = spark;

        QueryModel one = model(session);
        QueryModel other = model(session);
        spark.sql("SELECT classify(image, 3) FROM images").collectAsList();
        session.newSession();

        assertThat(ModelCache.loads()).isEqualTo(loads);
        assertThat(one).isEqualTo(other);
        assertThat(one.spec().files()).isSameAs(other.spec().files());
    }

    private static QueryModel model(SparkSession session) {
        Dataset<Row> query = session.sql("SELECT classify(image) FROM images");
        List<QueryModel> models = new ArrayList<>();
        ((org.apache.spark.sql.classic.Dataset<Row>) query)
                .queryExecution()
                .analyzed()
                .expressions()
                .foreach(ScalaInterop.action(e -> e.foreach(ScalaInterop.action(part -> {
                    if (part instanceof Classify call) {
                        models.add(call.model());
                    }
                }))));
        return models.get(0);
    }

    @Test
    void analysisDoesNotReadTheWeights() throws IOException {
        Path moved = directory.resolve("moved");
        DemoModel.importTo(DemoModel.cardWithMean(0.25), moved);
        spark.conf().set(ClassifyKey.MODEL.key(), moved.toString());
        Dataset<Row> query = spark.sql("SELECT classify(image) FROM images");
        Files.move(moved, directory.resolve("away"));

        assertThat(((org.apache.spark.sql.classic.Dataset<Row>) query)
                        .queryExecution()
                        .executedPlan()
                        .toString())
                .contains("ClassifyBatches");

        assertThatThrownBy(query::collectAsList)
                .isInstanceOf(CardinalException.class)
                .hasMessageStartingWith("model file:" + moved + " cannot be read: ");
    }

    @Test
    void constantsAreClassified() {
        assertThat(spark.sql(
                                "SELECT classify(X'').status, classify(NULL) IS NULL, classify(CAST(NULL AS BINARY)) IS NULL")
                        .first())
                .isEqualTo(RowFactory.create("empty", true, true));
    }

    @Test
    void classifyWorksInTheColumnApi() {
        Dataset<Row> images = spark.table("images").where("number = 3");
        Row expected = spark.sql("SELECT classify(image, 2) FROM images WHERE number = 3")
                .first();

        assertThat(images.select(functions.expr("classify(image, 2)")).first()).isEqualTo(expected);
        assertThat(images.select(functions.call_function("classify", functions.col("image"), functions.lit(2)))
                        .first())
                .isEqualTo(expected);
        assertThat(images.selectExpr("classify(image, 2)").first()).isEqualTo(expected);
    }

    @Test
    void describeFunctionShowsUsageAndSettings() {
        assertThat(spark.sql("DESCRIBE FUNCTION EXTENDED classify")
                        .collectAsList()
                        .toString())
                .contains("classify(image[, k])", "spark.cardinal.topK");
    }

    @Test
    void nullImagesDoNotLoadTheModel() throws IOException {
        Path unread = directory.resolve("unread");
        DemoModel.importTo(DemoModel.cardWithMean(0.125), unread);
        spark.conf().set(ClassifyKey.MODEL.key(), unread.toString());
        long loads = ModelCache.loads();
        long rows = ProcessCounters.value(Counter.IMAGES);

        assertThat(spark.sql("SELECT classify(image) IS NULL FROM images WHERE number = 100")
                        .first()
                        .getBoolean(0))
                .isTrue();

        assertThat(ModelCache.loads()).isEqualTo(loads);
        assertThat(ProcessCounters.value(Counter.IMAGES) - rows).isEqualTo(1);
    }

    @Test
    void decodedAndEncodedImagesGiveTheSameResults() throws IOException {
        Path files = Files.createDirectories(directory.resolve("files"));
        for (int i = 0; i < 5; i++) {
            Files.write(files.resolve(i + ".png"), Pictures.png(28, 28, i));
        }
        Files.writeString(files.resolve("none.png"), "not an image");
        String encoded =
                "SELECT substring_index(path, '/', -1) AS name, classify(content) AS c FROM binaryFile.`" + files + "`";
        Dataset<Row> decoded = spark.read()
                .format("image")
                .load(files.toString())
                .selectExpr("substring_index(image.origin, '/', -1) AS name", "classify(image) AS c");

        List<Row> expected =
                spark.sql(encoded).where("c.status = 'ok'").orderBy("name").collectAsList();

        assertThat(expected).hasSize(5);
        assertThat(decoded.where("c.status = 'ok'").orderBy("name").collectAsList())
                .isEqualTo(expected);
        assertThat(decoded.where("c.status <> 'ok'")
                        .selectExpr("name", "c.status", "c.error")
                        .collectAsList())
                .containsExactly(RowFactory.create("none.png", "undecodable", "Spark could not decode the image"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2, 2, 1, 0, X'00010203'                         | ok          |
            1, 2, 3, 16, X'000102030405'                    | ok          |
            1, 1, 4, 24, X'000102FF'                        | ok          |
            1, 1, 3, 21, X'000102'                          | unsupported | OpenCV type 21: only CV_8UC1 (0), CV_8UC3 (16) and CV_8UC4 (24) are supported
            2, 2, 3, 16, X'000102'                          | undecodable | 3 bytes in 3 channels do not match 2 x 2 pixels of OpenCV type 16
            -1, -1, -1, -1, X''                             | undecodable | Spark could not decode the image
            CAST(NULL AS INT), 1, 1, 0, X'00'               | undecodable | image struct without height
            """)
    void imageStructIsClassifiedOrRejectedWithTheReason(String fields, String status, String error) {
        Row row = spark.sql("SELECT c.status, c.error FROM (SELECT classify(struct(*)) AS c FROM VALUES ('file:/a', "
                        + fields + ") AS t(origin, height, width, nChannels, mode, data))")
                .first();

        assertThat(row).isEqualTo(RowFactory.create(status, error));
    }

    @Test
    void queryCountsEachRowOnce() {
        long before = ProcessCounters.value(Counter.IMAGES);
        spark.sql("SELECT classify(image) FROM images").collectAsList();
        assertThat(ProcessCounters.value(Counter.IMAGES) - before).isEqualTo(SqlImages.ROWS);
        assertThat(LocalSpark.context().sc()).isSameAs(spark.sparkContext());
    }
}
