package dev.cardinal.job;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * Runs the demo with the shaded job jar and compares the results with PyTorch's for the same model and images:
 * expected_demo_predictions.csv (its head names the program) and expected_logits_first100.csv.
 */
class DemoIT {
    private static final double TOLERANCE = 1e-4;
    private static final int IMAGES = 1000;

    @TempDir
    private static Path directory;

    private static JobProcess.Result demo = new JobProcess.Result(-1, "", "");

    @BeforeAll
    static void runDemo() throws IOException, InterruptedException {
        demo = JobProcess.launch(directory, "demo");
    }

    @Test
    void printsAccuracyAndStatusesAndNothingElse() {
        assertThat(demo.err()).isEmpty();
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.out())
                .contains("94.60 %", "946 of 1,000 images", "99.80 %", "998 of 1,000 images")
                .containsPattern("ok +1,000")
                .containsPattern("unsupported +3")
                .containsPattern("images/s");
    }

    @Test
    void secondRunReportsThatThereIsNothingToDo() throws IOException, InterruptedException {
        JobProcess.Result again = JobProcess.launch(directory, "demo");

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("nothing to do: all 1,005 images are labeled already", "94.60 %");
    }

    @Test
    void duckDbReadsOneRowForEveryFile() throws SQLException {
        assertThat(DuckDb.query(predictions(), "SELECT count(*), count(DISTINCT path) FROM $table"))
                .containsExactly(List.of(1005L, 1005L));
        assertThat(DuckDb.query(predictions(), "SELECT status, count(*) FROM $table GROUP BY ALL ORDER BY ALL"))
                .containsExactly(
                        List.of("empty", 1L),
                        List.of("ok", 1000L),
                        List.of("undecodable", 1L),
                        List.of("unsupported", 3L));
        assertThat(
                        DuckDb.value(
                                predictions(),
                                "SELECT count(*) FROM $table WHERE (status = 'ok') = (predictions IS NULL) OR (status = 'ok') = (error IS NOT NULL)"))
                .isEqualTo(0L);
    }

    @Test
    void columnsAndTypesMatchTheContract() throws SQLException {
        assertThat(DuckDb.query(predictions(), "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM $table)"))
                .containsExactly(
                        List.of("path", "VARCHAR"),
                        List.of("key", "VARCHAR"),
                        List.of("length", "BIGINT"),
                        List.of("modified", "TIMESTAMP WITH TIME ZONE"),
                        List.of("sha256", "VARCHAR"),
                        List.of("width", "INTEGER"),
                        List.of("height", "INTEGER"),
                        List.of("truth", "VARCHAR"),
                        List.of("status", "VARCHAR"),
                        List.of("error", "VARCHAR"),
                        List.of("predictions", "STRUCT(class_index INTEGER, \"label\" VARCHAR, score FLOAT)[]"),
                        List.of("logits", "FLOAT[]"),
                        List.of("model", "VARCHAR"));
    }

    @ParameterizedTest
    @CsvSource({"predictions, expected_demo_predictions.csv", "predictions-small, expected_demo_small.csv"})
    void everyImageHasPyTorchsClass(String table, String reference) throws IOException, SQLException {
        Map<Integer, Integer> expected = new HashMap<>();
        for (String[] row : csv(reference)) {
            expected.put(Integer.valueOf(row[0]), Integer.valueOf(row[2]));
        }
        Map<Integer, Integer> actual = new HashMap<>();
        for (List<Object> row : DuckDb.query(
                directory.resolve("cardinal-demo").resolve(table),
                "SELECT path, predictions[1].class_index FROM $table WHERE status = 'ok'")) {
            actual.put(testIndex((String) row.get(0)), (Integer) row.get(1));
        }
        assertThat(actual).hasSize(IMAGES).isEqualTo(expected);
    }

    /** Compares the selection with the first 100 images of each class in a window query of DuckDB. */
    @Test
    void selectionEqualsAWindowQuery() throws SQLException {
        String expected = """
                SELECT * FROM (
                    SELECT c.class_index,
                        CAST(row_number() OVER (PARTITION BY c.class_index ORDER BY c.score DESC, path) AS INTEGER) AS rank,
                        c.score, path
                    FROM (SELECT path, unnest(predictions[:10]) AS c FROM $table WHERE status = 'ok'))
                WHERE rank <= 100 ORDER BY ALL""";
        Path selection = directory.resolve("cardinal-demo/selection/selection");

        assertThat(DuckDb.query(selection, "SELECT class_index, rank, score, path FROM $table ORDER BY ALL"))
                .hasSize(1000)
                .isEqualTo(DuckDb.query(predictions(), expected));
    }

    @Test
    void printsThePrecisionOfTheSelectionByClass() throws SQLException {
        List<List<Object>> right = DuckDb.query(
                directory.resolve("cardinal-demo/selection/selection"),
                "SELECT class_label, count(*) FILTER (path LIKE '%/images/' || lower(replace(replace(class_label, '/', '_'), ' ', '_')) || '/%'"
                        + " OR class_label = 'T-shirt/top' AND path LIKE '%/images/tshirt_top/%') FROM $table GROUP BY ALL");
        assertThat(right).hasSize(10);
        for (List<Object> row : right) {
            assertThat(demo.out())
                    .containsPattern(Pattern.quote(String.valueOf(row.get(0))) + " +100 +100 +" + row.get(1) + " +"
                            + row.get(1) + "\\.00 %");
        }
    }

    /**
     * Of 1,000 images 946 and 909 are right, 895 for both teachers: expected_demo_predictions.csv and expected_demo_small.csv.
     */
    @Test
    void comparesTheTwoTeachers() throws IOException {
        JsonNode comparison = new JsonMapper()
                .readTree(directory
                        .resolve("cardinal-demo/comparison/comparison.json")
                        .toFile());

        JsonNode pair = comparison.path("pairs").path(0);
        assertThat(pair.path("both_right").asLong()).isEqualTo(895);
        assertThat(pair.path("only_a").asLong()).isEqualTo(51);
        assertThat(pair.path("only_b").asLong()).isEqualTo(14);
        assertThat(pair.path("agreement").asDouble()).isEqualTo(0.927);
        assertThat(comparison.path("recommendation").path("best").asInt()).isZero();
        assertThat(demo.out()).contains("90.90 %");
    }

    @ParameterizedTest
    @ValueSource(strings = {"predictions/_cardinal", "evaluation", "selection", "comparison"})
    void printsThePathOfEveryReport(String below) {
        Path page = directory.resolve("cardinal-demo").resolve(below).resolve("report.html");

        assertThat(page).content().startsWith("<!DOCTYPE html>").contains("data:image/");
        assertThat(demo.out())
                .containsPattern("report: +\\S*" + Pattern.quote("cardinal-demo/" + below + "/report.html"));
    }

    @Test
    void logitsOfTheFirstHundredImagesEqualPyTorchs() throws Exception {
        Path output = directory.resolve("logits");
        JobProcess.Result result =
                label("cardinal-demo/images/*/000[0-9][0-9].png", output, "--emit", "logits", "--batch-size", "7");
        assertThat(result.exitCode()).as(result.err()).isZero();

        Map<Integer, double[]> expected = expectedLogits();
        List<List<Object>> rows = DuckDb.query(output, "SELECT path, logits FROM $table");
        assertThat(rows).hasSize(100);
        for (List<Object> row : rows) {
            Object[] logits = (Object[]) ((Array) row.get(1)).getArray();
            assertEqual(
                    requireNonNull(expected.get(testIndex((String) row.get(0)))),
                    Arrays.stream(logits).mapToDouble(z -> (Float) z).toArray());
        }
    }

    /** On a processor without bfloat16 the command reports that. */
    @Test
    void bf16AndFp32AgreeOnNinetyNinePercentOfImages() throws Exception {
        Path output = directory.resolve("bf16");
        JobProcess.Result result = label("cardinal-demo/images", output, "--precision", "bf16");
        if (!Files.readString(Path.of("/proc/cpuinfo")).matches("(?s).*\\b(avx512|amx)_bf16\\b.*")) {
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("--precision bf16 needs a processor that computes in bfloat16");
            return;
        }
        assertThat(result.exitCode()).as(result.err()).isZero();

        String scores =
                "SELECT path, predictions[1].class_index, predictions[1].score FROM $table WHERE status = 'ok' ORDER BY path";
        List<List<Object>> fp32 = DuckDb.query(predictions(), scores);
        List<List<Object>> bf16 = DuckDb.query(output, scores);
        long same = IntStream.range(0, IMAGES)
                .filter(i -> fp32.get(i).subList(0, 2).equals(bf16.get(i).subList(0, 2)))
                .count();
        assertThat(same).isGreaterThanOrEqualTo(IMAGES * 99 / 100);
        assertThat(bf16).as("scores of another precision").hasSize(IMAGES).isNotEqualTo(fp32);
        assertThat(output.resolve("_cardinal/run.json"))
                .content()
                .containsPattern("\"device\" : \"cpu\",\\s+\"precision\" : \"bf16\"");
    }

    @Test
    void tensorFlowAloneRunsTheSavedModel() throws IOException {
        Map<Integer, double[]> expected = expectedLogits();
        try (SavedModelBundle model = SavedModelBundle.load(
                        directory.resolve("cardinal-demo/model").toString());
                Stream<Path> images = Files.walk(directory.resolve("cardinal-demo/images"))) {
            for (Path file : images.filter(path -> path.toString().matches(".*/0000\\d\\.png"))
                    .toList()) {
                try (TUint8 image = pixels(ImageIO.read(file.toFile()));
                        Result result = model.function("serving_default").call(Map.of("image", image))) {
                    TFloat32 logits = (TFloat32) result.get("logits").orElseThrow();
                    double[] actual = new double[10];
                    Arrays.setAll(actual, c -> logits.getFloat(0, c));
                    assertEqual(requireNonNull(expected.get(testIndex(file.toString()))), actual);
                }
            }
        }
    }

    @Test
    void runRecordDescribesTheRun() throws IOException {
        assertThat(predictions().resolve("_cardinal/run.json"))
                .content()
                .contains(
                        "\"outcome\" : \"done\"",
                        "\"exit_code\" : 0",
                        "\"ok\" : 1000",
                        "\"macs\"",
                        "\"infer\"",
                        "\"batch_fill\" : 0.");
        assertThat(predictions().resolve("_cardinal/lock")).doesNotExist();
        assertThat(predictions()).isDirectoryNotContaining("glob:**/_SUCCESS");
    }

    /** Runs the gate of the Airflow DAG, which needs Python. */
    @Test
    void gateReadsRunRecordAndMetrics() throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3"))),
                "python3 is not installed");

        // 5 of 1,005 files are not images, and the interval of 94.60 % begins at 93.02 %.
        assertThat(gate("0.005", "0.93")).isZero();
        assertThat(gate("0.004", "0.93")).isEqualTo(3);
        assertThat(gate("0.005", "0.94")).isEqualTo(3);
    }

    private static int gate(String maxBadFraction, String minTop1) throws IOException, InterruptedException {
        return new ProcessBuilder(
                        "python3",
                        Path.of(System.getProperty("cardinal.launcher"))
                                .resolve("../../airflow/cardinal_gate.py")
                                .normalize()
                                .toString(),
                        "--run",
                        predictions().resolve("_cardinal/run.json").toString(),
                        "--metrics",
                        directory
                                .resolve("cardinal-demo/evaluation/metrics.json")
                                .toString(),
                        "--max-bad-fraction",
                        maxBadFraction,
                        "--min-top1",
                        minTop1)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** Labels images of the demo again, with the demo's model. */
    private static JobProcess.Result label(String input, Path output, String... options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "label",
                "--model",
                directory.resolve("cardinal-demo/model").toString(),
                "--input",
                directory.resolve(input).toString(),
                "--output",
                output.toString()));
        arguments.addAll(List.of(options));
        return JobProcess.submit(directory, arguments.toArray(String[]::new));
    }

    private static Path predictions() {
        return directory.resolve("cardinal-demo/predictions");
    }

    private static void assertEqual(double[] expected, double[] actual) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual).hasSameSizeAs(expected);
        for (int c = 0; c < expected.length; c++) {
            assertThat(actual[c]).isCloseTo(expected[c], within(TOLERANCE * largest));
        }
    }

    private static TUint8 pixels(BufferedImage image) {
        TUint8 pixels = TUint8.tensorOf(Shape.of(1, image.getHeight(), image.getWidth(), 3));
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                byte gray = (byte) image.getRaster().getSample(x, y, 0);
                for (int c = 0; c < 3; c++) {
                    pixels.setByte(gray, 0, y, x, c);
                }
            }
        }
        return pixels;
    }

    private static int testIndex(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return Integer.parseInt(name.substring(0, name.indexOf('.')));
    }

    private static Map<Integer, double[]> expectedLogits() throws IOException {
        Map<Integer, double[]> logits = new HashMap<>();
        for (String[] row : csv("expected_logits_first100.csv")) {
            logits.put(
                    Integer.valueOf(row[0]),
                    Arrays.stream(row).skip(2).mapToDouble(Double::parseDouble).toArray());
        }
        return logits;
    }

    private static List<String[]> csv(String name) throws IOException {
        try (InputStream in = DemoIT.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.startsWith("test_index"))
                    .map(line -> line.split(","))
                    .toList();
        }
    }
}
