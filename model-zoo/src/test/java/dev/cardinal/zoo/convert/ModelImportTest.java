package dev.cardinal.zoo.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.card.ModelSource;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelImportTest {
    private static final String DEMO = "fashion_resnext20_8x4d";

    @TempDir
    private Path directory;

    private Path checkpoint;

    @BeforeEach
    void extractDemoCheckpoint() throws IOException {
        checkpoint = directory.resolve("demo.pth");
        try (InputStream in = ModelCard.class.getResourceAsStream("/dev/cardinal/zoo/demo/" + DEMO + ".pth")) {
            Files.copy(in, checkpoint);
        }
    }

    @Test
    void bundleContainsSavedModelCardAndLabels() throws IOException {
        ImportResult result = run(ModelCatalog.find(DEMO), "bundle");

        Path bundle = directory.resolve("bundle");
        assertThat(bundle.resolve("saved_model.pb")).isNotEmptyFile();
        assertThat(bundle.resolve("variables/variables.index")).isNotEmptyFile();
        assertThat(bundle.resolve(BundleCard.LABELS_FILE))
                .content()
                .hasLineCount(10)
                .startsWith("T-shirt/top\t");
        try (InputStream in = Files.newInputStream(bundle.resolve(BundleCard.CARD_FILE))) {
            assertThat(CardJson.readBundle("card.json", in)).isEqualTo(result.bundle());
        }
        assertThat(result.bundle().provenance())
                .isEqualTo(new Provenance(
                        "demo.pth",
                        "d9e89ae1c69e946530f9760cbe902e62e42f08aff1840664012db1c29c6c099a",
                        "pytorch-zip",
                        HashCheck.MATCHED));
        assertThat(result.warnings()).isEmpty();
    }

    @Test
    void fingerprintDependsOnlyOnWeightsArchitecturePreprocessingAndLabels() throws IOException {
        ModelCard card = ModelCatalog.find(DEMO);
        String fingerprint = run(card, "first").bundle().fingerprint();
        Path renamed = Files.copy(checkpoint, directory.resolve("renamed.bin"));
        ModelCard otherName = new ModelCard(
                "another", List.of(), card.architecture(), card.preprocessing(), card.labels(), card.source());
        ModelCard otherMean = new ModelCard(
                card.id(),
                card.aliases(),
                card.architecture(),
                new Preprocessing(
                        null,
                        null,
                        card.preprocessing().interpolation(),
                        card.preprocessing().cropRounding(),
                        List.of(0.286, 0.286, 0.2861),
                        card.preprocessing().std()),
                card.labels(),
                card.source());

        assertThat(run(otherName, renamed, "second").bundle().fingerprint()).isEqualTo(fingerprint);
        assertThat(run(otherMean, "third").bundle().fingerprint()).isNotEqualTo(fingerprint);
    }

    @Test
    void mismatchNamesTheCardThatFits() {
        ModelCard demo = ModelCatalog.find(DEMO);
        Architecture wider = new Architecture(
                Architecture.Family.RESNEXT,
                Architecture.Stem.CIFAR,
                Architecture.Block.BOTTLENECK,
                List.of(2, 1, 3),
                8,
                8,
                10,
                null);
        ModelCard card = new ModelCard("wider", List.of(), wider, demo.preprocessing(), demo.labels(), demo.source());

        assertThatThrownBy(() -> run(card, "bundle"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("card wider and checkpoint " + checkpoint + " do not match")
                .hasMessageContaining("missing: layer3.2.conv1.weight [256, 1024, 1, 1]")
                .hasMessageContaining("not in the card: layer2.1.conv1.weight [64, 512, 1, 1]")
                .hasMessageContaining(
                        "the checkpoint is a ResNeXt-20 8x4d, and fits these cards: fashion_resnext20_8x4d");
        assertThat(directory.resolve("bundle")).doesNotExist();
    }

    @Test
    void checkpointWithAnotherHashIsRefusedUnlessAllowed() throws IOException {
        ModelCard demo = ModelCatalog.find(DEMO);
        ModelCard card = new ModelCard(
                demo.id(),
                demo.aliases(),
                demo.architecture(),
                demo.preprocessing(),
                demo.labels(),
                new ModelSource("other.pth", null, "00000000", null, null));

        assertThatThrownBy(() -> run(card, "bundle"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("d9e89ae1c69e946530f9760cbe902e62e42f08aff1840664012db1c29c6c099a")
                .hasMessageContaining("begins with 00000000");
        ImportResult allowed = ModelImport.run(
                new ImportRequest(
                        card, checkpoint, null, null, HashPolicy.WARN_ON_MISMATCH, null, directory.resolve("bundle")),
                ImportProgress.NONE);
        assertThat(allowed.warnings()).singleElement().asString().contains("begins with 00000000");
        assertThat(allowed.bundle().provenance().hashCheck()).isEqualTo(HashCheck.MISMATCHED);
    }

    @Test
    void outputThatIsNotEmptyIsNotChanged() throws IOException {
        Path output = Files.createDirectory(directory.resolve("taken"));
        Files.writeString(output.resolve("thesis.txt"), "precious");

        assertThatThrownBy(() -> run(ModelCatalog.find(DEMO), "taken"))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("is not empty");
        assertThat(output).isDirectoryContaining("glob:**/thesis.txt").isDirectoryNotContaining("glob:**/*.pb");
    }

    private ImportResult run(ModelCard card, String output) throws IOException {
        return run(card, checkpoint, output);
    }

    private ImportResult run(ModelCard card, Path file, String output) throws IOException {
        return ModelImport.run(
                new ImportRequest(card, file, null, null, HashPolicy.REQUIRE_MATCH, null, directory.resolve(output)),
                ImportProgress.NONE);
    }
}
