package dev.cardinal.udf.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.LocalSpark;
import dev.cardinal.udf.Pictures;
import dev.cardinal.udf.metrics.Counter;
import dev.cardinal.udf.metrics.ProcessCounters;
import dev.cardinal.zoo.CardinalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageClassifierTest {
    private static final int PICTURES = 6;

    @TempDir
    private static Path directory;

    private static SparkSession spark;
    private static String model;
    private static Dataset<Row> photos;

    @BeforeAll
    static void writeImages() throws IOException {
        spark = LocalSpark.session().newSession(); // without Cardinal's extensions
        model = directory.resolve("model").toString();
        DemoModel.importTo(DemoModel.card(), Path.of(model));
        Path files = Files.createDirectories(directory.resolve("photos"));
        for (int i = 0; i < PICTURES; i++) {
            Files.write(files.resolve(i + ".png"), Pictures.png(28, 28, i));
        }
        Files.writeString(files.resolve("none.png"), "not an image");
        photos = spark.read().format("binaryFile").load(files.toString());
    }

    private static ImageClassifier classifier() {
        return new ImageClassifier().setModelPath(model).setTopK(3);
    }

    @Test
    void addsAColumnWithStatusAndPredictions() {
        Dataset<Row> classified = classifier().transform(photos);

        assertThat(classified.columns())
                .containsExactly("path", "modificationTime", "length", "content", "classification");
        List<Row> rows = classified.selectExpr("classification.*").collectAsList();
        assertThat(rows).hasSize(PICTURES + 1);
        assertThat(rows)
                .filteredOn(row -> row.getString(0).equals("ok"))
                .hasSize(PICTURES)
                .allSatisfy(row -> assertThat(row.<Row>getList(2)).hasSize(3));
        assertThat(rows)
                .filteredOn(row -> row.getString(0).equals("unsupported"))
                .hasSize(1);
    }

    @Test
    void savedAndLoadedPipelineGivesTheSameResults() throws IOException {
        SQLTransformer best = new SQLTransformer()
                .setStatement(
                        "SELECT path, classification.predictions[0] AS best FROM __THIS__ WHERE classification.status = 'ok'");
        PipelineModel pipeline = new Pipeline()
                .setStages(new PipelineStage[] {classifier(), best})
                .fit(photos);
        List<Row> expected = pipeline.transform(photos).orderBy("path").collectAsList();
        String saved = directory.resolve("pipeline").toString();

        pipeline.write().overwrite().save(saved);
        PipelineModel loaded = PipelineModel.load(saved);

        assertThat(expected).hasSize(PICTURES);
        assertThat(loaded.transform(photos).orderBy("path").collectAsList()).isEqualTo(expected);
        assertThat(loaded.uid()).isEqualTo(pipeline.uid());
    }

    @Test
    void savedAndLoadedStageKeepsItsParams() throws IOException {
        ImageClassifier stage = classifier()
                .setInputCol("data")
                .setOutputCol("result")
                .setBatchSize(4)
                .setPrecision("auto")
                .setDevice("cpu")
                .setDistribution("shared")
                .setViews("five-crop")
                .setDraft(true);
        String saved = directory.resolve("stage").toString();

        stage.save(saved);
        ImageClassifier loaded = ImageClassifier.load(saved);

        assertThat(loaded.uid()).isEqualTo(stage.uid());
        assertThat(loaded.explainParams()).isEqualTo(stage.explainParams());
        assertThat(loaded.extractParamMap().toString())
                .isEqualTo(stage.extractParamMap().toString());
    }

    @Test
    void copyHasItsOwnParams() {
        ImageClassifier stage = classifier();

        ImageClassifier copy = stage.copy(
                new ParamMap().put(stage.topK().w(7)).put(stage.outputCol().w("other")));

        assertThat(copy.getOrDefault(copy.topK())).isEqualTo(7);
        assertThat(stage.getOrDefault(stage.topK())).isEqualTo(3);
        assertThat(copy.uid()).isEqualTo(stage.uid());
        assertThat(stage.transform(photos, new ParamMap().put(stage.outputCol().w("other")))
                        .columns())
                .endsWith("other");
    }

    @Test
    void decodedAndEncodedImagesGiveTheSameResults() {
        Dataset<Row> decoded =
                spark.read().format("image").load(directory.resolve("photos").toString());

        Dataset<Row> classified = classifier().setInputCol("image").transform(decoded);

        List<Row> expected = classifier()
                .transform(photos)
                .where("classification.status = 'ok'")
                .selectExpr("substring_index(path, '/', -1) AS name", "classification")
                .orderBy("name")
                .collectAsList();
        assertThat(classified
                        .where("classification.status = 'ok'")
                        .selectExpr("substring_index(image.origin, '/', -1) AS name", "classification")
                        .orderBy("name")
                        .collectAsList())
                .isEqualTo(expected);
    }

    @Test
    void noImageIsClassifiedIfTheColumnIsNotUsed() {
        long before = ProcessCounters.value(Counter.CLASSIFIED);

        Dataset<Row> classified = classifier().transform(photos);
        classified.select("path").collectAsList();
        classified.count();
        assertThat(ProcessCounters.value(Counter.CLASSIFIED)).isEqualTo(before);

        classified
                .where("classification.status = 'ok' AND path LIKE '%/1.png'")
                .select("path")
                .collectAsList();
        assertThat(ProcessCounters.value(Counter.CLASSIFIED)).isEqualTo(before + 1);
        classified.orderBy("classification.status").collectAsList();
        assertThat(ProcessCounters.value(Counter.CLASSIFIED)).isEqualTo(before + 1 + PICTURES);
    }

    @Test
    void transformedDatasetsCanBeJoined() {
        Dataset<Row> classified = classifier().transform(photos).select("path", "classification.status");

        assertThat(classified
                        .as("a")
                        .join(classified.as("b"), "path")
                        .where("a.status = b.status")
                        .count())
                .isEqualTo(PICTURES + 1);
        Dataset<Row> twice =
                classifier().setOutputCol("second").transform(classifier().transform(photos));
        assertThat(twice.where("classification = second").count()).isEqualTo(PICTURES + 1);
    }

    @Test
    void invalidColumnsAndModelsAreReported() {
        ImageClassifier stage = classifier();

        assertThatThrownBy(
                        () -> stage.copy(new ParamMap()).setInputCol("picture").transform(photos))
                .isInstanceOf(CardinalException.class)
                .hasMessage(stage.uid()
                        + ": image column picture does not exist; set inputCol to one of path, modificationTime, length,"
                        + " content");
        assertThatThrownBy(() -> stage.copy(new ParamMap()).setInputCol("path").transform(photos))
                .hasMessageContaining(
                        ": column path is STRING; it must be BINARY, as in the data source binaryFile, or the struct");
        assertThatThrownBy(
                        () -> stage.copy(new ParamMap()).setOutputCol("length").transform(photos))
                .hasMessageContaining(": column length already exists; set outputCol to another name");
        assertThatThrownBy(() -> new ImageClassifier("stage").transform(photos))
                .hasMessage("stage: modelPath is not set; set it to the directory of a model bundle");
        assertThatThrownBy(() -> classifier().setModelPath("/no/model").transform(photos))
                .isInstanceOf(CardinalException.class)
                .hasMessage("model /no/model does not exist");
    }

    @Test
    void invalidParamsAreRejectedWhenTheyAreSet() {
        assertThatThrownBy(() -> classifier().setTopK(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> classifier().setDevice("tpu"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device");
    }
}
