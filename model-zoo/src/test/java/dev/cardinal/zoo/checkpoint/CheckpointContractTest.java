package dev.cardinal.zoo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Fixtures.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of all formats. The reference implementation of each format wrote the expected values. */
class CheckpointContractTest {
    private final Path directory;

    CheckpointContractTest(@TempDir Path directory) {
        this.directory = directory;
    }

    static Set<String> fixtures() {
        return Fixtures.expected().keySet();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void tensorsEqualTheReference(String fixture) {
        List<Expected> expected = Fixtures.expected().getOrDefault(fixture, List.of());
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file(fixture))) {
            String path = path(fixture);
            Map<String, TensorInfo> tensors = checkpoint.stateDicts().getOrDefault(path, Map.of());
            assertThat(tensors.values())
                    .containsExactlyElementsOf(
                            expected.stream().map(Expected::info).toList());
            assertThat(tensors)
                    .allSatisfy((name, info) -> assertThat(info.name()).isEqualTo(name));
            for (Expected tensor : expected) {
                if (tensor.info().type().isFloating()) {
                    assertThat(checkpoint.read(path, tensor.info().name()))
                            .as(tensor.info().name())
                            .containsExactly(tensor.values().toArray(Float[]::new));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void formatIsDetectedFromTheContentForAnyFileName(String fixture) throws IOException {
        Path renamed = directory.resolve("weights.bin");
        Files.copy(Fixtures.file(fixture), renamed);
        try (Checkpoint checkpoint = Checkpoint.open(renamed)) {
            assertThat(checkpoint.format().id()).startsWith(idOf(fixture));
        }
    }

    /** Returns the path of the weights in a fixture. */
    private static String path(String fixture) {
        return switch (fixture) {
            case "zip_wrapped.pth", "legacy_wrapped.pth" -> "state_dict";
            case "zip_averaged.pth" -> "model_ema";
            default -> "";
        };
    }

    private static String idOf(String fixture) {
        return switch (fixture.substring(0, fixture.indexOf('_'))) {
            case "zip" -> "pytorch-zip";
            case "legacy" -> "pytorch-legacy";
            case "safetensors" -> "safetensors";
            default -> "torch7";
        };
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void readingTwiceGivesTheSameElements(String fixture) {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file(fixture))) {
            String path = path(fixture);
            checkpoint.stateDicts().getOrDefault(path, Map.of()).values().stream()
                    .filter(info -> info.type().isFloating())
                    .map(TensorInfo::name)
                    .forEach(name ->
                            assertThat(checkpoint.read(path, name)).containsExactly(checkpoint.read(path, name)));
        }
    }

    @Test
    void integerTensorIsRefusedWithItsType() {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file("zip_types.pth"))) {
            assertThatExceptionOfType(CardinalException.class)
                    .isThrownBy(() -> checkpoint.read("", "i64"))
                    .withMessageContaining("zip_types.pth (pytorch-zip)")
                    .withMessageContaining("tensor i64 has type INT64");
        }
    }

    @Test
    void unknownNameIsABugOfTheCaller() {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.file("zip_types.pth"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.read("", "nonesuch"));
            assertThatIllegalArgumentException().isThrownBy(() -> checkpoint.read("nonesuch", "i64"));
        }
    }

    @Test
    void missingFileAndDirectoryAreRejected() {
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(directory.resolve("absent.pth")))
                .withMessageContaining("absent.pth does not exist");
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(directory))
                .withMessageContaining("is a directory with no checkpoint");
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "PK, the file contains text: PK",
        "<!DOCTYPE html><html>, the file contains HTML",
        "version https://git-lfs.github.com/spec/v1, Git LFS pointer"
    })
    void fileThatIsNotACheckpointIsExplained(String content, String reason) throws IOException {
        Path file = Files.writeString(directory.resolve("weights.pth"), content);
        assertThatExceptionOfType(CardinalException.class)
                .isThrownBy(() -> Checkpoint.open(file))
                .withMessageContaining("weights.pth")
                .withMessageContaining(reason);
    }
}
