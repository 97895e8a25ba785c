package dev.cardinal.zoo.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.ModelCatalog;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Compares full-size models with PyTorch. Runs only with {@code -Dcardinal.parity=DIR}, the output directory of
 * src/test/fixtures/full_size_parity.py. Writes {@code parity.md} to it: one line per model, with the duration of the
 * import and, for comparison, of reading and hashing the checkpoint twice before.
 */
@EnabledIfSystemProperty(named = "cardinal.parity", matches = ".+")
class FullSizeParityTest {
    private static final double TOLERANCE = 1e-4;
    private static final String HEAD = """
            | card | architecture | format | largest logit | largest difference | share | import s | read twice s |
            | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
            """;

    @Test
    void logitsOfEveryArchitectureEqualThoseOfPyTorch() throws IOException {
        Path directory = Path.of(System.getProperty("cardinal.parity"));
        List<String> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Path reference : references(directory)) {
            String name = reference.getFileName().toString().replace(".npz", "");
            Path bundle = directory.resolve("bundle");
            delete(bundle);
            Path checkpoint = directory.resolve(name + ".pth");
            long reading = System.nanoTime();
            FileHash.sha256(checkpoint, ImportProgress.NONE);
            FileHash.sha256(checkpoint, ImportProgress.NONE);
            double readTwice = seconds(reading);
            ModelCard card = ModelCatalog.find(name);
            long start = System.nanoTime();
            ImportResult result = ModelImport.run(
                    new ImportRequest(card, checkpoint, null, null, HashPolicy.WARN_ON_MISMATCH, null, bundle),
                    ImportProgress.NONE);
            double importSeconds = seconds(start);
            Verification verification;
            try (SavedModelSession model = SavedModelSession.load(
                    bundle, ModelInterface.BUNDLE, card.preprocessing(), SessionSettings.cpu())) {
                verification = Verification.of(
                        (pixels, height, width) -> ModelImport.logits(model, pixels, height, width),
                        Verification.reference(reference, card),
                        ImportProgress.NONE);
            }
            rows.add(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %.4f | %.2e | %.2e | %.1f | %.1f |",
                    name,
                    card.architecture().title(),
                    result.bundle().provenance().format(),
                    verification.largestLogit(),
                    verification.largestDifference(),
                    verification.relativeDifference(),
                    importSeconds,
                    readTwice));
            if (!(verification.relativeDifference() <= TOLERANCE)) {
                failures.add(name + ": " + verification);
            }
            delete(bundle);
            Files.writeString(directory.resolve("parity.md"), HEAD + String.join("\n", rows) + "\n");
        }
        assertThat(rows).as("references in " + directory).isNotEmpty();
        assertThat(failures).isEmpty();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<Path> references(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".npz"))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
