package dev.cardinal.job.example;

import dev.cardinal.job.label.LabelJob;
import dev.cardinal.job.label.LabelProgress;
import dev.cardinal.job.label.LabelRequest;
import dev.cardinal.job.label.LabelResult;
import dev.cardinal.job.select.SelectJob;
import dev.cardinal.job.select.SelectOptions;
import dev.cardinal.job.select.SelectRequest;
import dev.cardinal.job.select.SelectResult;
import dev.cardinal.udf.ml.ImageClassifier;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Labels images, selects the best of each class, and saves a pipeline that classifies other images. Arguments: MODEL IMAGES
 * OUTPUT.
 */
@SuppressWarnings("SystemOut") // a program that prints its results
public final class PseudoLabels {
    private PseudoLabels() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark =
                SparkSession.builder().appName("Pseudo-labels").getOrCreate()) {
            run(spark, args[0], args[1], args[2]);
        }
    }

    static void run(SparkSession spark, String model, String images, String output) throws IOException {
        // Like 'cardinal label': run it again, and it labels only new images.
        LabelRequest label = LabelRequest.of(model, List.of(images), Optional.of(output + "/predictions"));
        LabelResult labeled = new LabelJob(spark, Clock.systemUTC(), LabelProgress.NONE).run(label);
        System.out.println("labeled " + labeled.labeled() + " images, " + labeled.counts());

        // The predictions are a table like any other.
        spark.read().parquet(output + "/predictions").createOrReplaceTempView("predictions");
        spark.sql("SELECT predictions[0].label AS label, count(*) AS images, avg(predictions[0].score) AS score"
                        + " FROM predictions WHERE status = 'ok' GROUP BY label ORDER BY images DESC")
                .show();

        // Like 'cardinal select'.
        SelectOptions options =
                SelectOptions.builder().k(100).p(5).minScore(0.2).build();
        SelectResult selected = new SelectJob(spark)
                .run(new SelectRequest(List.of(List.of(output + "/predictions")), output + "/selection", options));
        System.out.println("selected " + selected.counts().selected() + " images, " + selected.shortClasses()
                + " classes have too few");

        // In a pipeline: converts the bytes of an image to a struct of status, error and predictions.
        ImageClassifier classifier = new ImageClassifier().setModelPath(model).setTopK(1);
        SQLTransformer best = new SQLTransformer()
                .setStatement("SELECT path, classification.predictions[0].label AS label FROM __THIS__"
                        + " WHERE classification.status = 'ok'");
        Dataset<Row> photos = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", "true")
                .load(images);
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {classifier, best}).fit(photos);
        pipeline.write().overwrite().save(output + "/pipeline");
        PipelineModel.load(output + "/pipeline").transform(photos).show();
    }
}
