package dev.cardinal.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.Container;
import dev.cardinal.zoo.checkpoint.ElementType;
import dev.cardinal.zoo.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFitTest {
    private static final ModelCard CARD = Catalogue.find("ssl_resnet18");
    private static final Path FILE = Path.of("pets.pth");

    @TempDir
    private Path directory;

    /** Holds the tensors of an architecture, without their elements. */
    private record FakeCheckpoint(Map<String, TensorInfo> tensors, OptionalDouble batchNormEps) implements Checkpoint {
        static FakeCheckpoint of(Architecture architecture) {
            Map<String, TensorInfo> tensors = new TreeMap<>();
            architecture
                    .tensors()
                    .forEach((name, shape) -> tensors.put(name, new TensorInfo(name, ElementType.FLOAT32, shape)));
            return new FakeCheckpoint(tensors, OptionalDouble.empty());
        }

        FakeCheckpoint withEps(double eps) {
            return new FakeCheckpoint(tensors, OptionalDouble.of(eps));
        }

        FakeCheckpoint with(String name, Long... shape) {
            Map<String, TensorInfo> changed = new TreeMap<>(tensors);
            changed.put(name, new TensorInfo(name, ElementType.FLOAT32, List.of(shape)));
            return new FakeCheckpoint(changed, batchNormEps);
        }

        @Override
        public Container container() {
            return Container.TORCH7;
        }

        @Override
        public float[] read(String name) {
            throw new IllegalStateException("nothing is read");
        }

        @Override
        public void close() {}
    }

    @Test
    void classCountIsTheLastLayersAndNamesAreTheLabels() throws IOException {
        CheckpointFit fit = fit(fineTuned(3), labels("cat\ndog\tn02084071\nbird\n"));

        assertThat(fit.card().architecture()).isEqualTo(CARD.architecture().withClasses(3));
        assertThat(fit.card().labels())
                .containsExactly(
                        new ClassLabel("cat", null), new ClassLabel("dog", "n02084071"), new ClassLabel("bird", null));
        assertThat(fit.warnings()).isEmpty();
    }

    @Test
    void fineTunedModelKeepsTheLicenceAndNothingElseOfItsSource() throws IOException {
        assertThat(fit(fineTuned(2), labels("cat\ndog\n")).card().source())
                .isEqualTo(new ModelSource(null, null, null, "CC-BY-NC-4.0", null));
    }

    @Test
    void otherNamesForTheSameNumberOfClassesKeepTheSource() throws IOException {
        Path labels = labels("class\n".repeat(1000));

        assertThat(fit(FakeCheckpoint.of(CARD.architecture()), labels).card().source())
                .isEqualTo(CARD.source());
    }

    @Test
    void otherNumberOfLabelsIsOneErrorThatNamesBoth() throws IOException {
        Path labels = labels("cat\ndog\n");

        assertThatThrownBy(() -> fit(fineTuned(37), labels))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "labels " + labels + " name 2 classes, checkpoint pets.pth has 37 (fc.weight [37, 512]): give"
                                + " one class a line, in the order of the network's outputs");
    }

    @Test
    void otherClassesThanTheCardsHintAtLabels() {
        assertThatThrownBy(() -> fit(fineTuned(37), null))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "card ssl_resnet18 has 1000 classes, checkpoint pets.pth has 37 (fc.weight [37, 512]): if it"
                                + " was fine-tuned, name its classes with --labels FILE, one a line");
    }

    @Test
    void otherArchitectureAndOtherClassesAreNamedTogether() {
        FakeCheckpoint checkpoint = fineTuned(37).with("layer1.0.conv1.weight", 64L, 64L, 1L, 1L);

        assertThatThrownBy(() -> fit(checkpoint, null))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("expects layer1.0.conv1.weight [64, 64, 3, 3], the checkpoint has [64, 64, 1, 1]")
                .hasMessageContaining("--labels FILE")
                .hasMessageNotContaining("wrong shape: the card expects fc");
    }

    @Test
    void lastLayerOfOtherFeaturesIsAWrongShape() {
        FakeCheckpoint checkpoint = FakeCheckpoint.of(CARD.architecture()).with("fc.weight", 37L, 2048L);

        assertThatThrownBy(() -> fit(checkpoint, null))
                .hasMessageContaining("expects fc.weight [1000, 512], the checkpoint has [37, 2048]");
    }

    @Test
    void epsilonOfTheCheckpointIsUsedWithAWarningThatNamesBoth() {
        CheckpointFit fit = fit(FakeCheckpoint.of(CARD.architecture()).withEps(1e-3), null);

        assertThat(fit.card().architecture().batchNormEpsilon()).isEqualTo(1e-3);
        assertThat(fit.warnings())
                .containsExactly("checkpoint pets.pth has a batch-norm eps of 0.001, card ssl_resnet18 says 1.0E-5: the"
                        + " checkpoint's is used");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-5, 1.0000000000000003e-5, 9.999999747378752e-6})
    void epsilonThatDiffersByRoundingIsTheCards(double eps) {
        CheckpointFit fit = fit(FakeCheckpoint.of(CARD.architecture()).withEps(eps), null);

        assertThat(fit).isEqualTo(new CheckpointFit(CARD, List.of()));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1e-5, 1, Double.NaN})
    void epsilonThatMakesNoSenseIsRefused(double eps) {
        assertThatThrownBy(() -> fit(FakeCheckpoint.of(CARD.architecture()).withEps(eps), null))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("batch-norm eps of " + eps);
    }

    private static FakeCheckpoint fineTuned(int classes) {
        return FakeCheckpoint.of(CARD.architecture().withClasses(classes));
    }

    private static CheckpointFit fit(Checkpoint checkpoint, @Nullable Path labels) {
        return CheckpointFit.of(CARD, checkpoint, FILE, labels);
    }

    private Path labels(String text) throws IOException {
        return Files.writeString(directory.resolve("labels.txt"), text);
    }
}
