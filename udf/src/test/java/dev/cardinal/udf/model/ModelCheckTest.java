package dev.cardinal.udf.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.udf.model.Classifier.Scores;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard.TensorLayout;
import dev.cardinal.zoo.serving.Device;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ModelInterface.Element;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.ServedModel.ServedModelCheck;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the check of a model made elsewhere; the tests of jobs cover the check of the golden sample. */
class ModelCheckTest {
    private final List<String> batches = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"0.25, 0.75", "0, 1", "0.24, 0.73"})
    void probabilitiesPass(float first, float second) {
        check(40, null, first, second);

        assertThat(batches).containsExactly("1 image of 40x40");
    }

    @Test
    void modelWithoutACropIsCheckedWithAnImageOf224Pixels() {
        check(null, new float[] {1, 2}, 0.25f, 0.75f);

        assertThat(batches).containsExactly("1 image of 224x224");
    }

    @ParameterizedTest
    @CsvSource({"-2.5, 3.5", "0.5, 0.7", "0.5, 0.3", "0.5, NaN", "NaN, NaN"})
    void outputThatIsNotAProbabilityIsRejected(float first, float second) {
        assertThatThrownBy(() -> check(40, null, first, second))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("model toy@abababababab does not return probabilities in its output 'dense'")
                .hasMessageContaining("if they are logits, name the output as output.logits in the card");
    }

    @Test
    void unexpectedNumberOfClassesIsRejected() {
        assertThatThrownBy(() -> check(40, null, 0.2f, 0.3f, 0.5f))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "model toy@abababababab returns 3 probabilities for 2 labels: its card describes another model");
        assertThatThrownBy(() -> check(40, new float[3], 0.5f, 0.5f))
                .hasMessageContaining("returns 3 logits for 2 labels");
    }

    @ParameterizedTest
    @CsvSource({"CPU, FP32, 1e-3", "GPU, FP32, 1e-2", "GPU, FP16, 1e-2", "CPU, BF16, 5e-2", "GPU, BF16, 5e-2"})
    void toleranceDependsOnDeviceAndPrecision(Device.Kind kind, Precision precision, double tolerance) {
        assertThat(ModelCheck.tolerance(new SessionSettings(new Device(kind, 0), precision, 1)))
                .isEqualTo(tolerance);
    }

    private void check(@Nullable Integer crop, float @Nullable [] logits, float... probabilities) {
        Classifier classifier = new Classifier() {
            @Override
            public List<Scores> classify(List<byte[]> images, int height, int width) {
                batches.add(images.size() + " image of " + height + "x" + width);
                assertThat(images.get(0)).hasSize(height * width * 3);
                return List.of(new Scores(logits, probabilities, null));
            }

            @Override
            public void close() {}
        };
        ModelCheck.run(model(crop), SessionSettings.cpu(), classifier, Path.of("nowhere"));
    }

    private static ServedModel model(@Nullable Integer crop) {
        Preprocessing preprocessing = new Preprocessing(
                null,
                crop,
                Preprocessing.Interpolation.PILLOW_BILINEAR,
                Preprocessing.CropRounding.HALF_EVEN,
                List.of(0.5, 0.5, 0.5),
                List.of(0.5, 0.5, 0.5));
        return new ServedModel(
                "toy",
                "ab".repeat(32),
                preprocessing,
                List.of(new ClassLabel("cat", null), new ClassLabel("dog", null)),
                null,
                new ModelInterface("serving_default", "x", Element.FLOAT, TensorLayout.NHWC, null, null, "dense", null),
                ServedModelCheck.TRIAL);
    }
}
