package dev.cardinal.zoo.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.npz.NpzWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares a fine-tuned checkpoint with the logits of PyTorch, which src/test/fixtures/verification.py wrote. */
class VerificationTest {
    private static final Path CARD = fixture("fine_tuned.json");
    private static final Path CHECKPOINT = fixture("fine_tuned.pth");
    private static final Path REFERENCE = fixture("fine_tuned.npz");

    @TempDir
    private Path directory;

    @Test
    void fineTunedCheckpointGivesTheLogitsOfPyTorch() throws IOException {
        ImportResult result = run(REFERENCE);

        Verification verification = result.verification().orElseThrow();
        assertThat(verification.images()).isEqualTo(2);
        assertThat(verification.relativeDifference()).isLessThan(1e-4);
        assertThat(verification.largestLogit()).isGreaterThan(0.1);
        assertThat(result.bundle().card().architecture().classes()).isEqualTo(3);
        assertThat(result.bundle().card().labels()).extracting(ClassLabel::name).containsExactly("a", "b", "c");
    }

    @Test
    void errorForOtherLogitsContainsTheDifference() throws IOException {
        Path other = new NpzWriter()
                .uint8("images", new byte[64 * 64 * 3], 1, 64, 64, 3)
                .float32("logits", new float[] {1, 200, 3}, 1, 3)
                .write(directory.resolve("other.npz"));

        assertThatThrownBy(() -> run(other))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("the model of card narrow and checkpoint " + CHECKPOINT
                        + " does not reproduce the logits in " + other + ": largest difference ")
                .hasMessageContaining("(image 0, class 1)")
                .hasMessageContaining("of the largest logit 200.0, but at most 0.001 is accepted");
        assertThat(directory.resolve("bundle")).doesNotExist();
    }

    @Test
    void imagesOfAnotherSizeAreRejectedBeforeTheImport() throws IOException {
        Path other = new NpzWriter()
                .uint8("images", new byte[32 * 64 * 3], 1, 32, 64, 3)
                .float32("logits", new float[3], 1, 3)
                .write(directory.resolve("other.npz"));

        assertThatThrownBy(() -> run(other))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("images of 32x64 pixels, but the model of card narrow needs 64x64");
        assertThat(directory.resolve("bundle")).doesNotExist();
    }

    @Test
    void logitsOfAnotherNumberOfClassesAreRejected() throws IOException {
        Path other = new NpzWriter()
                .uint8("images", new byte[64 * 64 * 3], 1, 64, 64, 3)
                .float32("logits", new float[4], 1, 4)
                .write(directory.resolve("other.npz"));

        assertThatThrownBy(() -> run(other)).hasMessageContaining("4 logits per image, but card narrow has 3 classes");
    }

    @Test
    void differenceIsRelativeToTheLargestLogit() {
        assertThat(new Verification(1, 20, 0.02, 0, 0).passed()).isTrue();
        assertThat(new Verification(1, 20, 0.021, 0, 0).passed()).isFalse();
        assertThat(new Verification(1, 0, 0, 0, 0).passed()).isTrue();
        assertThat(new Verification(1, 0, 1e-9, 0, 0).passed()).isFalse();
        assertThat(new Verification(1, 20, Double.POSITIVE_INFINITY, 0, 0).passed())
                .isFalse();
    }

    private ImportResult run(Path reference) throws IOException {
        Path labels = Files.writeString(directory.resolve("labels.txt"), "a\nb\nc\n");
        return ModelImport.run(
                new ImportRequest(
                        CardJson.read(CARD),
                        CHECKPOINT,
                        null,
                        labels,
                        HashPolicy.REQUIRE_MATCH,
                        reference,
                        directory.resolve("bundle")),
                ImportProgress.NONE);
    }

    private static Path fixture(String name) {
        try {
            return Path.of(VerificationTest.class
                    .getResource("/dev/cardinal/zoo/" + name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
