package dev.cardinal.job.select;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.TestSpark;
import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.udf.options.PredictionSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** Writes predictions tables with given rows. */
final class TestTable {
    static final String MODEL = "toy@0123456789ab";

    private final Path directory;
    private final List<String> classes;
    private String model = MODEL;
    private int topK = 10;
    private int files = 1;
    private boolean hasLogits;
    private final Map<String, DataType> more = new LinkedHashMap<>();
    private Function<Image, List<Object>> values = image -> List.of();

    private TestTable(Path directory, List<String> classes) {
        this.directory = directory;
        this.classes = classes;
    }

    /**
     * A row of the table.
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

    /** A class and the image's score for it. */
    record Scored(int classIndex, float score) {}

    static Scored scored(int classIndex, double score) {
        return new Scored(classIndex, (float) score);
    }

    /** Returns 64 hexadecimal digits that encode the beginning of a text. */
    static String sha256(String text) {
        return String.format(
                        Locale.ROOT,
                        "%064x",
                        new java.math.BigInteger(1, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
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

    /** Adds columns that follow the table's own. */
    TestTable with(Map<String, DataType> columns, Function<Image, List<Object>> valuesOf) {
        more.putAll(columns);
        values = valuesOf;
        return this;
    }

    /** Writes the rows and returns the directory. */
    String write(List<Image> images) throws IOException {
        return write(images, model);
    }

    /** Writes rows whose model differs from that of the record, and returns the directory. */
    String write(List<Image> images, String modelOfRows) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Image image : images) {
            rows.add(row(image, modelOfRows));
        }
        TestSpark.session()
                .createDataFrame(
                        rows,
                        PredictionSchema.table(
                                hasLogits ? Set.of(Emit.LOGITS) : Set.of(),
                                more.entrySet().stream()
                                        .map(each -> DataTypes.createStructField(each.getKey(), each.getValue(), true))
                                        .toList()))
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
        values.addAll(this.values.apply(image));
        return RowFactory.create(values.toArray());
    }
}
