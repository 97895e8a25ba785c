package dev.cardinal.job.select;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.LocalSpark;
import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.udf.PredictionSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/** Writes predictions tables with chosen rows. */
final class TestTable {
    static final String MODEL = "toy@0123456789ab";

    private final Path directory;
    private final List<String> classes;
    private String model = MODEL;
    private int topK = 10;
    private int files = 1;
    private boolean hasLogits;

    private TestTable(Path directory, List<String> classes) {
        this.directory = directory;
        this.classes = classes;
    }

    /**
     * A row.
     *
     * @param predictions class and score, highest first; null unless ok
     */
    record Image(
            String path,
            @Nullable String sha256,
            String status,
            @Nullable List<Scored> predictions,
            @Nullable List<Float> logits) {

        static Image ok(String path, Scored... predictions) {
            return new Image(path, TestTable.sha256(path), "ok", List.of(predictions), null);
        }

        Image withSha256(String value) {
            return new Image(path, value, status, predictions, logits);
        }

        boolean isOk() {
            return status.equals("ok");
        }
    }

    /** A class and the score that an image has for it. */
    record Scored(int classIndex, float score) {}

    static Scored scored(int classIndex, double score) {
        return new Scored(classIndex, (float) score);
    }

    /** Sixty-four digits that say which text they were made of. */
    static String sha256(String text) {
        return "%064x"
                .formatted(new java.math.BigInteger(1, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .substring(0, 64);
    }

    static List<String> names(int classes) {
        return IntStream.range(0, classes).mapToObj(c -> "Class " + c).toList();
    }

    static TestTable at(Path directory, List<String> classes) {
        return new TestTable(directory, classes);
    }

    TestTable model(String value) {
        model = value;
        return this;
    }

    TestTable topK(int value) {
        topK = value;
        return this;
    }

    TestTable files(int value) {
        files = value;
        return this;
    }

    TestTable withLogits() {
        hasLogits = true;
        return this;
    }

    /** Writes the rows and returns the directory. */
    String write(List<Image> images) throws IOException {
        return write(images, model);
    }

    /** Writes rows that say they come from another model than the record does, and returns the directory. */
    String write(List<Image> images, String modelOfRows) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Image image : images) {
            rows.add(row(image, modelOfRows));
        }
        LocalSpark.session()
                .createDataFrame(rows, PredictionSchema.table(hasLogits ? Set.of(Emit.LOGITS) : Set.of(), List.of()))
                .repartition(files)
                .write()
                .mode("append")
                .parquet(directory.toString());
        Map<String, Object> record = new LinkedHashMap<>();
        record.put(
                "model",
                Map.of(
                        "id",
                        model,
                        "card",
                        "toy",
                        "fingerprint",
                        "01",
                        "uri",
                        "toy",
                        "classes",
                        classes.stream().map(name -> Map.of("name", name)).toList()));
        record.put("options", Map.of("top-k", topK, "emit", hasLogits ? "logits" : ""));
        Files.createDirectories(directory.resolve("_cardinal"));
        Files.write(directory.resolve("_cardinal/run.json"), new JsonMapper().writeValueAsBytes(record));
        return directory.toString();
    }

    private Row row(Image image, String modelOfRows) {
        List<Object> values = new ArrayList<>();
        values.add(image.path());
        for (int c = 0; c < 3; c++) {
            values.add(null);
        }
        values.add(image.sha256());
        for (int c = 0; c < 3; c++) {
            values.add(null);
        }
        values.add(image.status());
        values.add(image.isOk() ? null : "broken");
        List<Scored> predictions = image.predictions();
        values.add(
                predictions == null
                        ? null
                        : predictions.stream()
                                .map(each -> RowFactory.create(
                                        each.classIndex(), classes.get(each.classIndex()), each.score()))
                                .toArray(Row[]::new));
        if (hasLogits) {
            List<Float> logits = image.logits();
            values.add(logits == null ? null : logits.toArray(Float[]::new));
        }
        values.add(modelOfRows);
        return RowFactory.create(values.toArray());
    }
}
