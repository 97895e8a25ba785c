package dev.cardinal.job.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cardinal.job.TestSpark;
import dev.cardinal.job.source.FieldNames;
import dev.cardinal.job.source.InputFormat;
import dev.cardinal.job.source.SourceSpec;
import dev.cardinal.job.source.TruthFrom;
import dev.cardinal.udf.fetch.RecordFields;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.options.ExecutionOptions;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models that Keras 3 and TensorFlow saved: labels with them and compares the scores with TensorFlow's, or requires the message that says
 * what they are and what to do.
 *
 * <p>src/test/fixtures/saved_models.py makes the models. The small ones are recorded. All of them, among them keras.applications.ResNet50, are
 * made here if the Python that {@code CARDINAL_PYTHON} names has TensorFlow.
 */
class SavedModelsOfTensorFlowTest {
    private static final Path SCRIPT = Path.of("src/test/fixtures/saved_models.py");
    private static final double TOLERANCE = 1e-5;

    @TempDir
    private static Path directory;

    @TestFactory
    Stream<DynamicTest> recordedModels() throws IOException {
        Path models = Files.createDirectory(directory.resolve("recorded"));
        try (InputStream file = Objects.requireNonNull(getClass().getResourceAsStream("saved_models.tar.gz"));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = models.resolve(entry.getName());
                Files.createDirectories(target.getParent());
                Files.write(target, tar.readAllBytes());
            }
        }
        return tests(models);
    }

    @TestFactory
    Stream<DynamicTest> modelsOfTheInstalledTensorFlow() throws Exception {
        String python = System.getenv().getOrDefault("CARDINAL_PYTHON", "python3");
        boolean available = exitCode(python, "-c", "import keras, tensorflow") == 0;
        if (!available) {
            System.err.println("SKIPPED: models of the installed TensorFlow, because " + python
                    + " has no tensorflow and keras; set CARDINAL_PYTHON to a Python that has them");
        }
        assumeTrue(available, python + " has no tensorflow and keras");
        Path models = Files.createDirectory(directory.resolve("made"));
        assertThat(exitCode(python, SCRIPT.toString(), models.toString()))
                .as(() -> directory.resolve("python.log").toString())
                .isZero();
        return tests(models);
    }

    private static int exitCode(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(directory.resolve("python.log").toFile())
                    .redirectErrorStream(true)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1; // no such program
        }
    }

    private static Stream<DynamicTest> tests(Path models) throws IOException {
        return Files.readAllLines(models.resolve("cases.tsv")).stream().map(line -> {
            String[] fields = line.split("\t", -1);
            return DynamicTest.dynamicTest(
                    fields[0], () -> check(models, fields[1], models.resolve(fields[2]), fields[3], fields[4]));
        });
    }

    private static void check(Path models, String option, Path path, String card, String expected) throws IOException {
        if (option.equals("--checkpoint")) {
            assertThatThrownBy(() -> Checkpoint.open(path).close())
                    .isInstanceOf(CardinalException.class)
                    .hasMessageContaining("checkpoint " + path + " is ")
                    .hasMessageContaining(expected);
        } else if (expected.startsWith("0:")) {
            assertThat(scores(models, path, card))
                    .hasSameSizeAs(expected.split(" ", -1))
                    .allSatisfy((image, scores) -> {
                        String row = Arrays.stream(expected.split(" ", -1))
                                .filter(each -> each.startsWith(image + ":"))
                                .findFirst()
                                .orElseThrow();
                        double[] reference = Arrays.stream(row.substring(2).split(",", -1))
                                .mapToDouble(Double::parseDouble)
                                .toArray();
                        assertThat(scores).containsExactly(reference, within(TOLERANCE));
                    });
        } else {
            // before Spark starts, or in a task
            assertThatThrownBy(() -> scores(models, path, card))
                    .hasStackTraceContaining("CardinalException: model ")
                    .hasStackTraceContaining(expected);
        }
    }

    /** Returns the score of each class, by the name of the image without its suffix. */
    private static Map<String, double[]> scores(Path models, Path model, String card) throws IOException {
        Path images = models.resolve(card.equals("resnet50.json") ? "large" : "images");
        LabelRequest request = new LabelRequest(
                model.toString(),
                models.resolve(card),
                new SourceSpec(List.of(images.toString()), InputFormat.AUTO, null, TruthFrom.NONE, FieldNames.usual()),
                Optional.empty(),
                Long.MAX_VALUE,
                new LabelOptions(
                        5,
                        Set.of(),
                        LabelOptions.DEFAULT_MAX_FILE_BYTES,
                        ImageOptions.defaults(),
                        RecordFields.usual(),
                        ExecutionOptions.defaults()),
                LabelRequest.DEFAULT_IMAGES_PER_COMMIT,
                1);
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (Row row : new LabelJob(TestSpark.session(), Clock.systemUTC(), LabelProgress.NONE)
                .run(request)
                .rows()) {
            String path = row.getAs("path");
            double[] classes = new double[5];
            for (Row prediction : row.<Row>getList(row.fieldIndex("predictions"))) {
                classes[prediction.<Integer>getAs("class_index")] = prediction.<Float>getAs("score");
            }
            scores.put(path.substring(path.lastIndexOf('/') + 1).replace(".png", ""), classes);
        }
        return scores;
    }
}
