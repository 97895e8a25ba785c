package dev.cardinal.udf.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.cardinal.udf.DemoModel;
import dev.cardinal.udf.image.ImageOptions;
import dev.cardinal.udf.image.ImageOptions.Views;
import dev.cardinal.udf.image.SyntheticPicture;
import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.udf.model.ModelSpec;
import dev.cardinal.udf.options.LabelOptions;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Preprocessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Compares the scores of views with PyTorch and torchvision: views_scores.csv is made by src/test/python/torchvision_views.py,
 * whose head gives the command.
 */
class ViewScoresTest {
    @TempDir
    private static Path directory;

    private static ModelSpec model;

    @BeforeAll
    static void importModel() throws IOException {
        ModelCard demo = DemoModel.card();
        Preprocessing whole = demo.preprocessing();
        Preprocessing cropped =
                new Preprocessing(37, 28, whole.interpolation(), whole.cropRounding(), whole.mean(), whole.std());
        ModelCard card =
                new ModelCard(demo.id(), demo.aliases(), demo.architecture(), cropped, demo.labels(), demo.source());
        Path bundle = directory.resolve("model");
        model = DemoModel.broadcast(DemoModel.importTo(card, bundle), bundle);
    }

    @ParameterizedTest(name = "{0} x {1}, {2}")
    @CsvFileSource(resources = "views_scores.csv", numLinesToSkip = 1)
    void scoresAreTheMeansOfTorchvisionsViews(int width, int height, String views, String expected) {
        ImageOptions image = ImageOptions.defaults()
                .withViews(Views.valueOf(views.toUpperCase(Locale.ROOT).replace('-', '_')));
        RowClassifier classifier =
                new RowClassifier(model, LabelOptions.defaults().withImage(image));

        Scores scores = classifier.classify(
                new ImageInput.Decoded(SyntheticPicture.raw(width, height)), result -> result, rejected -> {
                    throw new AssertionError(rejected);
                });

        double[] means = Arrays.stream(expected.split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertThat(scores.probabilities()).hasSize(means.length);
        float[] logits = Objects.requireNonNull(scores.logits());
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        for (int c = 0; c < means.length; c++) {
            assertThat((double) scores.probabilities()[c]).isCloseTo(means[c], within(1e-5));
            assertThat(Math.exp(logits[c]) / sum).as("softmax of the logits").isCloseTo(means[c], within(1e-5));
        }
    }
}
