package dev.cardinal.job.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.job.DemoBundle;
import dev.cardinal.job.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the example of docs/java.md does what it says. */
class PseudoLabelsTest {
    private static final Path SOURCE = Path.of("src/test/java/dev/cardinal/job/example/PseudoLabels.java");
    private static final Path BAGS = Path.of("src/main/resources/dev/cardinal/job/demo/images/bag");

    @TempDir
    private Path directory;

    @Test
    void documentShowsTheExample() throws IOException {
        assertThat(Path.of("../docs/java.md"))
                .content()
                .contains("```java\n" + Files.readString(SOURCE) + "```\n")
                .contains("spark-job/" + SOURCE);
    }

    @Test
    void exampleLabelsSelectsAndSavesAPipeline() throws IOException {
        SparkSession spark = TestSpark.session();
        String model = DemoBundle.importTo(directory.resolve("model"));
        String output = directory.resolve("output").toString();

        PseudoLabels.run(spark, model, BAGS.toString(), output);

        Dataset<Row> predictions = spark.read().parquet(output + "/predictions");
        Dataset<Row> photos = spark.read().format("binaryFile").load(BAGS.toString());
        Dataset<Row> classified = PipelineModel.load(output + "/pipeline").transform(photos);
        assertThat(predictions.where("status = 'ok'").count())
                .isEqualTo(photos.count())
                .isPositive();
        assertThat(classified.orderBy("path").collectAsList())
                .isEqualTo(predictions
                        .selectExpr("path", "predictions[0].label")
                        .orderBy("path")
                        .collectAsList());
        assertThat(spark.read()
                        .parquet(output + "/selection/selection")
                        .where("class_label = 'Bag' AND score >= 0.2")
                        .count())
                .isPositive();
    }
}
