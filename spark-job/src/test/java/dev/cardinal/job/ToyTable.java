package dev.cardinal.job;

import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.jspecify.annotations.Nullable;

/**
 * A predictions table of invented images.
 *
 * @param model id of the model
 * @param classes its classes; the id of the first is id0
 * @param topK predictions stored for an image
 * @param options further options in run.json, as JSON
 * @param imagesPerSecond rate in run.json
 * @param macs multiply-accumulates in run.json
 */
public record ToyTable(
        String model,
        List<String> classes,
        int topK,
        String options,
        double imagesPerSecond,
        @Nullable Long macs) {
    public static final List<String> CLASSES = List.of("ant", "bee", "cat", "dog", "eel", "fox");

    private static final String LOGITS = ", \"emit\": \"logits\"";

    /** Returns a table of a model with six classes, without logits. */
    public static ToyTable of(String model) {
        return new ToyTable(model, CLASSES, 5, "", 10, 1000L);
    }

    public ToyTable withClasses(List<String> others) {
        return new ToyTable(model, others, topK, options, imagesPerSecond, macs);
    }

    public ToyTable withTopK(int other) {
        return new ToyTable(model, classes, other, options, imagesPerSecond, macs);
    }

    public ToyTable withLogits() {
        return new ToyTable(model, classes, topK, options + LOGITS, imagesPerSecond, macs);
    }

    public ToyTable withPrecision(String precision) {
        return new ToyTable(
                model, classes, topK, options + ", \"precision\": \"" + precision + "\"", imagesPerSecond, macs);
    }

    public ToyTable withCost(double otherImagesPerSecond, @Nullable Long otherMacs) {
        return new ToyTable(model, classes, topK, options, otherImagesPerSecond, otherMacs);
    }

    /** Writes images and returns the directory as an option value. */
    public String write(Path directory, List<Image> images) throws IOException {
        boolean hasLogits = options.contains(LOGITS);
        return write(
                directory,
                TestSpark.session()
                        .createDataFrame(
                                images.stream()
                                        .map(image -> row(image, hasLogits))
                                        .toList(),
                                PredictionSchema.table(hasLogits ? Set.of(Emit.LOGITS) : Set.of(), List.of()))
                        .coalesce(1));
    }

    /** Writes rows and returns the directory as an option value. */
    public String write(Path directory, Dataset<Row> rows) throws IOException {
        rows.write().mode(SaveMode.Append).parquet(directory.toString());
        Files.createDirectories(directory.resolve("_cardinal"));
        Files.writeString(
                directory.resolve("_cardinal/run.json"),
                String.format(
                        Locale.ROOT,
                        """
                {
                  "outcome": "done",
                  "model": {"id": "%s", "card": "toy", "fingerprint": "01", "uri": "toy", "classes": [%s]},
                  "options": {"top-k": %d%s},
                  "images_per_second": %s,
                  "macs": %s
                }
                """,
                        model,
                        IntStream.range(0, classes.size())
                                .mapToObj(c -> "{\"name\": \"" + classes.get(c) + "\", \"id\": \"id" + c + "\"}")
                                .collect(Collectors.joining(", ")),
                        topK,
                        options,
                        imagesPerSecond,
                        macs));
        return directory.toString();
    }

    private Row row(Image image, boolean hasLogits) {
        Row[] predictions = IntStream.range(0, image.predicted().length)
                .mapToObj(i -> RowFactory.create(
                        image.predicted()[i], classes.get(image.predicted()[i]), i == 0 ? image.score() : 0f))
                .toArray(Row[]::new);
        boolean isOk = image.status().equals("ok");
        Object[] before = {
            image.path(),
            null,
            null,
            null,
            image.sha256(),
            null,
            null,
            image.truth(),
            image.status(),
            null,
            isOk ? predictions : null
        };
        Object[] values = java.util.Arrays.copyOf(before, before.length + (hasLogits ? 2 : 1));
        if (hasLogits) {
            values[before.length] = isOk ? image.logits() : null;
        }
        values[values.length - 1] = model;
        return RowFactory.create(values);
    }

    /**
     * An image.
     *
     * @param predicted classes, the first with the score, the others with 0
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Image(
            String path,
            @Nullable String sha256,
            @Nullable String truth,
            String status,
            float score,
            int[] predicted,
            float @Nullable [] logits) {

        /** Returns an image with a score of 0.5. */
        public static Image of(String path, @Nullable String truth, int... predicted) {
            return new Image(path, null, truth, "ok", 0.5f, predicted, null);
        }

        public Image withScore(float other) {
            return new Image(path, sha256, truth, status, other, predicted, logits);
        }

        public Image withSha256(String other) {
            return new Image(path, other, truth, status, score, predicted, logits);
        }

        public Image withStatus(String other) {
            return new Image(path, sha256, truth, other, score, predicted, logits);
        }

        public Image withLogits(float... others) {
            return new Image(path, sha256, truth, status, score, predicted, others);
        }
    }
}
