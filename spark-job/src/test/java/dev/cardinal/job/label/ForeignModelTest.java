package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cardinal.job.ForeignModel;
import dev.cardinal.job.ForeignModel.Input;
import dev.cardinal.job.ForeignModel.Outputs;
import dev.cardinal.job.TestSpark;
import dev.cardinal.job.evaluate.EvaluateJob;
import dev.cardinal.job.evaluate.EvaluateRequest;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.job.truth.TruthAs;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.udf.options.LabelOptions.Emit;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Labels with SavedModels made with TensorFlow's API, and compares the results with PyTorch: src/test/fixtures/foreign_model.py.
 */
class ForeignModelTest {
    private static final int EDGE = 12;
    private static final int PICTURES = 3;
    private static final double TOLERANCE = 1e-5;
    private static final List<String> NAMES = List.of("ant", "bee", "cat", "dog", "eel");

    private static final String NORMALIZATION = "\"mean\": [0.485, 0.456, 0.406], \"std\": [0.229, 0.224, 0.225]";

    @TempDir
    private static Path images;

    @TempDir
    private Path directory;

    private Path model;

    @BeforeAll
    static void drawImages() throws IOException {
        for (int picture = 0; picture < PICTURES; picture++) {
            BufferedImage image = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < EDGE; y++) {
                for (int x = 0; x < EDGE; x++) {
                    int rgb = 0;
                    for (int c = 0; c < 3; c++) {
                        rgb = rgb << 8 | (7 * x + 13 * y + 29 * c + 3 * x * y + 50 * picture) % 256;
                    }
                    image.setRGB(x, y, rgb);
                }
            }
            Path parent = Files.createDirectories(images.resolve(NAMES.get(highest(picture))));
            ImageIO.write(image, "png", parent.resolve(picture + ".png").toFile());
        }
    }

    @BeforeEach
    void nameModel() {
        model = directory.resolve("model");
    }

    @ParameterizedTest
    @CsvSource({
        "UINT8_NHWC,              image_bytes, -1, -1",
        "UINT8_NHWC,              image,       4,  12",
        "FLOAT_NHWC,              image,       -1, 12",
        "FLOAT_NHWC,              x,           2,  12",
        "FLOAT_NHWC,              x,           1,  12",
        "FLOAT_NCHW,              x,           -1, -1",
        "FLOAT_NCHW,              input_1,     2,  12",
        "FLOAT_OF_UNKNOWN_SHAPE,  x,           -1, -1",
    })
    void everyFormOfInputGivesTheScoresOfPyTorch(Input input, String key, long batch, long edge) throws IOException {
        ForeignModel.write(
                model, "serving_default", key, input, batch, edge, new Outputs("logits", "probabilities", "features"));

        List<Row> rows = label(
                card("\"input\": {\"layout\": \"" + (input == Input.FLOAT_NCHW ? "nchw" : "nhwc") + "\"}"),
                Set.of(Emit.LOGITS, Emit.FEATURES));

        assertThat(rows).hasSize(PICTURES);
        for (int picture = 0; picture < PICTURES; picture++) {
            assertPredictions(rows.get(picture), picture);
            assertThat(floats(rows.get(picture), "logits"))
                    .containsExactly(expected(picture, "logits"), within(TOLERANCE));
            assertThat(floats(rows.get(picture), "features"))
                    .containsExactly(expected(picture, "features"), within(TOLERANCE));
        }
    }

    @Test
    void layoutIsInferredFromTheShape() throws IOException {
        for (Input input : List.of(Input.FLOAT_NHWC, Input.FLOAT_NCHW)) {
            model = directory.resolve(input.name());
            ForeignModel.write(model, "predict", "x", input, -1, EDGE, new Outputs("logits", null, null));

            List<Row> rows = label(card(""), Set.of());

            assertPredictions(rows.get(2), 2);
        }
    }

    @Test
    void modelMayHaveOnlyProbabilities() throws IOException {
        ForeignModel.write(model, "serving_default", "x", Input.FLOAT_NHWC, -1, -1, new Outputs(null, "dense_1", null));
        Path card = card("\"output\": {\"probabilities\": \"dense_1\"}");

        assertPredictions(label(card, Set.of()).get(1), 1);
        assertThatThrownBy(() -> label(card, Set.of(Emit.LOGITS, Emit.FEATURES)))
                .hasMessageContaining(
                        "--emit logits,features: model " + model + " has no output for logits and features, it has"
                                + " signature serving_default: inputs x float [?, ?, ?, 3]; outputs dense_1 float [?, 5]");
    }

    @Test
    void logitsDeclaredAsProbabilitiesFailTheRun() {
        ForeignModel.write(model, "serving_default", "x", Input.FLOAT_NHWC, -1, -1, new Outputs("dense_1", null, null));

        assertThatThrownBy(() -> label(card("\"output\": {\"probabilities\": \"dense_1\"}"), Set.of()))
                .hasStackTraceContaining("does not return probabilities in its output 'dense_1'")
                .hasStackTraceContaining("if they are logits, name the output as output.logits in the card");
    }

    @Test
    void tableCanBeEvaluated() throws IOException {
        ForeignModel.write(model, "serving_default", "x", Input.FLOAT_NCHW, 2, EDGE, new Outputs("logits", null, null));
        Path table = directory.resolve("predictions");

        LabelResult first = run(card(""), Set.of(Emit.LOGITS), Optional.of(table.toString()));
        LabelResult second = run(card(""), Set.of(Emit.LOGITS), Optional.of(table.toString()));

        assertThat(first.model()).matches("toy@[0-9a-f]{12}");
        assertThat(first.labeled()).isEqualTo(PICTURES);
        assertThat(second.model()).isEqualTo(first.model());
        assertThat(second.labeled()).isZero();
        JsonNode record =
                new JsonMapper().readTree(table.resolve("_cardinal/run.json").toFile());
        assertThat(record.path("macs").isNull()).isTrue();
        assertThat(record.path("options").path("card").asText()).endsWith("card.json");
        String evaluation = directory.resolve("evaluation").toString();
        new EvaluateJob(TestSpark.session())
                .run(new EvaluateRequest(List.of(table.toString()), TruthAs.AUTO, evaluation));
        JsonNode metrics =
                new JsonMapper().readTree(Path.of(evaluation, "metrics.json").toFile());
        assertThat(metrics.path("n").asInt()).isEqualTo(PICTURES);
        assertThat(metrics.path("top1").asDouble()).isEqualTo(1);
    }

    private List<Row> label(Path card, Set<Emit> emit) throws IOException {
        return run(card, emit, Optional.empty()).rows().stream()
                .sorted(Comparator.comparing(ForeignModelTest::name))
                .toList();
    }

    private LabelResult run(Path card, Set<Emit> emit, Optional<String> output) throws IOException {
        LabelOptions options = new LabelOptions(
                5,
                emit,
                LabelOptions.DEFAULT_MAX_FILE_BYTES,
                ImageOptions.defaults(),
                RecordFields.usual(),
                ExecutionOptions.defaults());
        LabelRequest request = new LabelRequest(
                model.toString(),
                card,
                new SourceSpec(
                        List.of(images.toString()), InputFormat.AUTO, null, TruthFrom.PARENT_DIR, FieldNames.usual()),
                output,
                Long.MAX_VALUE,
                options,
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                1);
        return new LabelJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE).run(request);
    }

    /** Writes a card without an architecture, because these models have none that Cardinal knows. */
    private Path card(String more) throws IOException {
        String labels = String.join(
                ", ", NAMES.stream().map(name -> "{\"name\": \"" + name + "\"}").toList());
        return Files.writeString(
                directory.resolve("card.json"),
                "{\"id\": \"toy\", \"preprocessing\": {\"resize\": null, \"crop\": " + EDGE + ", " + NORMALIZATION
                        + "}, \"labels\": [" + labels + "]" + (more.isEmpty() ? "" : ", " + more) + "}");
    }

    private static void assertPredictions(Row row, int picture) {
        double[] probabilities = expected(picture, "probabilities");
        List<Row> predictions = row.getList(row.fieldIndex("predictions"));
        assertThat(predictions).hasSize(NAMES.size());
        assertThat(predictions.get(0).<Integer>getAs("class_index")).isEqualTo(highest(picture));
        assertThat(predictions).allSatisfy(prediction -> {
            int c = prediction.getAs("class_index");
            assertThat(prediction.<String>getAs("label")).isEqualTo(NAMES.get(c));
            assertThat((double) prediction.<Float>getAs("score")).isCloseTo(probabilities[c], within(TOLERANCE));
        });
    }

    private static int highest(int picture) {
        double[] probabilities = expected(picture, "probabilities");
        return IntStream.range(0, probabilities.length)
                .boxed()
                .max(Comparator.comparing(c -> probabilities[c]))
                .orElseThrow();
    }

    private static double[] floats(Row row, String column) {
        return row.<Float>getList(row.fieldIndex(column)).stream()
                .mapToDouble(Float::doubleValue)
                .toArray();
    }

    private static String name(Row row) {
        String path = row.getAs("path");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static double[] expected(int picture, String output) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(ForeignModelTest.class.getResourceAsStream("foreign_model.csv")),
                StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(line -> line.split(","))
                    .filter(fields -> fields[0].equals(String.valueOf(picture)) && fields[1].equals(output))
                    .mapToDouble(fields -> Double.parseDouble(fields[3]))
                    .toArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
