package dev.cardinal.zoo.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.checkpoint.CheckpointFormat;
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

class CardMatcherTest {
    private static final ModelCard CARD = ModelCatalog.find("ssl_resnet18");
    private static final Path FILE = Path.of("pets.pth");

    @TempDir
    private Path directory;

    /** A checkpoint with the tensors of an architecture, but without their elements. */
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
        public CheckpointFormat format() {
            return CheckpointFormat.TORCH7;
        }

        @Override
        public Map<String, Map<String, TensorInfo>> stateDicts() {
            return Map.of("", tensors);
        }

        @Override
        public float[] read(String stateDict, String name) {
            throw new IllegalStateException("the elements must not be read");
        }

        @Override
        public void close() {}
    }

    @Test
    void classCountIsFromTheLastLayerAndNamesAreFromTheLabels() throws IOException {
        CardMatcher match = match(fineTuned(3), labels("cat\ndog\tn02084071\nbird\n"));

        assertThat(match.card().architecture()).isEqualTo(CARD.architecture().withClasses(3));
        assertThat(match.card().labels())
                .containsExactly(
                        new ClassLabel("cat", null), new ClassLabel("dog", "n02084071"), new ClassLabel("bird", null));
        assertThat(match.warnings()).isEmpty();
    }

    @Test
    void fineTunedModelKeepsOnlyTheLicenseOfItsSource() throws IOException {
        assertThat(match(fineTuned(2), labels("cat\ndog\n")).card().source())
                .isEqualTo(new ModelSource(null, null, null, "CC-BY-NC-4.0", null));
    }

    @Test
    void otherNamesOfTheSameNumberOfClassesKeepTheSource() throws IOException {
        Path labels = labels("class\n".repeat(1000));

        assertThat(match(FakeCheckpoint.of(CARD.architecture()), labels).card().source())
                .isEqualTo(CARD.source());
    }

    @Test
    void errorForAnotherNumberOfLabelsContainsBothNumbers() throws IOException {
        Path labels = labels("cat\ndog\n");

        assertThatThrownBy(() -> match(fineTuned(37), labels))
                .isInstanceOf(CardinalException.class)
                .hasMessage("labels " + labels
                        + " have 2 classes, but checkpoint pets.pth has 37 (fc.weight [37, 512]): write"
                        + " one class per line, in the order of the network's outputs");
    }

    @Test
    void headerOfTheLabelsIsNotAClass() throws IOException {
        Path labels = labels("breed\ncat\ndog\n");

        CardMatcher match = match(fineTuned(2), labels);

        assertThat(match.card().labels()).containsExactly(new ClassLabel("cat", null), new ClassLabel("dog", null));
        assertThat(match.notes())
                .contains("labels " + labels + ": 2 classes, read as one name per line; the first are 'cat', 'dog';"
                        + " line 1, 'breed', is a header, because the network has 2 classes");
    }

    @Test
    void errorForOneLabelTooManyShowsTheFirst() throws IOException {
        Path labels = labels("Rasse\ncat\ndog\n");

        assertThatThrownBy(() -> match(fineTuned(2), labels))
                .hasMessage("labels " + labels + " have 3 classes, but checkpoint pets.pth has 2 (fc.weight [2, 512]):"
                        + " write one class per line, in the order of the network's outputs. The first is 'Rasse': delete"
                        + " it if it is a header");
    }

    @Test
    void errorForAnotherNumberOfClassesMentionsTheOptionLabels() {
        assertThatThrownBy(() -> match(fineTuned(37), null))
                .isInstanceOf(CardinalException.class)
                .hasMessage(
                        "card ssl_resnet18 has 1000 classes, but checkpoint pets.pth has 37 (fc.weight [37, 512]): if it"
                                + " was fine-tuned, give its classes with --labels FILE, one per line");
    }

    @Test
    void wrongArchitectureIsReportedBeforeWrongClasses() {
        FakeCheckpoint checkpoint = fineTuned(37).with("layer1.0.conv1.weight", 64L, 64L, 1L, 1L);

        assertThatThrownBy(() -> match(checkpoint, null))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining(
                        "expects layer1.0.conv1.weight [64, 64, 3, 3], but the checkpoint has [64, 64, 1, 1]")
                .hasMessageContaining("101 of 102 tensors fit");
    }

    @Test
    void lastLayerWithOtherFeaturesHasAWrongShape() {
        FakeCheckpoint checkpoint = FakeCheckpoint.of(CARD.architecture()).with("fc.weight", 37L, 2048L);

        assertThatThrownBy(() -> match(checkpoint, null))
                .hasMessageContaining(
                        "its last layer fc.weight [37, 2048] takes 2048 features, but the network gives 512");
    }

    @Test
    void epsilonOfTheCheckpointIsUsedWithAWarning() {
        CardMatcher match = match(FakeCheckpoint.of(CARD.architecture()).withEps(1e-3), null);

        assertThat(match.card().architecture().batchNormEpsilon()).isEqualTo(1e-3);
        assertThat(match.warnings())
                .containsExactly("checkpoint pets.pth has a batch-norm eps of 0.001, but card ssl_resnet18 has 1.0E-5;"
                        + " using the value of the checkpoint");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-5, 1.0000000000000003e-5, 9.999999747378752e-6})
    void epsilonThatDiffersOnlyByRoundingIsIgnored(double eps) {
        CardMatcher match = match(FakeCheckpoint.of(CARD.architecture()).withEps(eps), null);

        assertThat(match.card()).isEqualTo(CARD);
        assertThat(match.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1e-5, 1, Double.NaN})
    void epsilonOutOfRangeIsRejected(double eps) {
        assertThatThrownBy(() -> match(FakeCheckpoint.of(CARD.architecture()).withEps(eps), null))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("batch-norm eps of " + eps);
    }

    private static FakeCheckpoint fineTuned(int classes) {
        return FakeCheckpoint.of(CARD.architecture().withClasses(classes));
    }

    private static CardMatcher match(Checkpoint checkpoint, @Nullable Path labels) {
        return CardMatcher.of(CARD, checkpoint, FILE, null, labels);
    }

    private Path labels(String text) throws IOException {
        return Files.writeString(directory.resolve("labels.txt"), text);
    }
}
