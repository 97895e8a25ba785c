package dev.cardinal.zoo;

import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.Provenance.HashCheck;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.graph.SavedModelWriter;
import dev.cardinal.zoo.npz.ReferenceBatch;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns a checkpoint into a model bundle: a plain SavedModel with its card, labels, fingerprint and provenance beside it.
 *
 * <p>Runs on the driver or any other machine with TensorFlow's natives. Stateless and thread-safe.
 */
public final class ModelImport {
    private ModelImport() {}

    /**
     * Imports a checkpoint.
     *
     * @throws CardinalException if the checkpoint is missing, damaged, refused as unsafe, not the file its card names, or does
     *     not hold exactly the tensors of the card's architecture, with as many classes as there are labels; or if the output
     *     is not empty; or if the model does not give the reference's logits. Nothing is left in the output then
     * @throws IOException if the output cannot be written
     */
    public static ImportResult run(ImportRequest request, ImportProgress progress) throws IOException {
        requireEmpty(request.output());
        try {
            return write(request, progress);
        } catch (IOException | RuntimeException e) {
            clear(request.output());
            throw e;
        }
    }

    private static ImportResult write(ImportRequest request, ImportProgress progress) throws IOException {
        Path file = request.checkpoint();
        try (Checkpoint checkpoint = Checkpoint.open(file);
                Background background = new Background()) {
            CheckpointFit fit = CheckpointFit.of(request.card(), checkpoint, file, request.labels());
            ModelCard card = fit.card();
            ReferenceBatch reference =
                    request.reference() == null ? null : Verification.reference(request.reference(), card);
            Future<String> hash = background.submit(() -> FileHash.sha256(file, ImportProgress.NONE));

            Files.createDirectories(request.output());
            Fingerprint fingerprint = Fingerprint.of(card);
            writeModel(card, checkpoint, fingerprint, background, request.output(), progress);
            String sha256 = Background.result(hash);
            HashCheck check = check(card, sha256);
            List<String> warnings = new ArrayList<>(fit.warnings());
            warnings.addAll(warnings(check, card, request, sha256));
            BundleCard bundle = new BundleCard(
                    card,
                    fingerprint.hex(),
                    new Provenance(
                            file.getFileName().toString(),
                            sha256,
                            checkpoint.container().id(),
                            check));
            writeAssets(bundle, request.output());
            Optional<Verification> verification;
            try (SavedModelSession written = SavedModelSession.load(
                    request.output(), ModelInterface.BUNDLE, card.preprocessing(), SessionSettings.cpu())) {
                GoldenSample.Model model = (pixels, height, width) -> logits(written, pixels, height, width);
                GoldenSample.of(card, model).write(request.output());
                verification =
                        reference == null ? Optional.empty() : Optional.of(verify(request, model, reference, progress));
            }
            return new ImportResult(bundle, verification, warnings);
        }
    }

    /** What a bundle gives one image. */
    static float[] logits(SavedModelSession model, byte[] pixels, int height, int width) {
        return Objects.requireNonNull(
                model.run(List.of(pixels), height, width).get(0).logits());
    }

    /** A tensor is fingerprinted while the one before it is written. */
    private static void writeModel(
            ModelCard card,
            Checkpoint checkpoint,
            Fingerprint fingerprint,
            Background background,
            Path output,
            ImportProgress progress)
            throws IOException {
        AtomicLong done = new AtomicLong();
        AtomicReference<@Nullable Future<?>> previous = new AtomicReference<>();
        progress.step("importing " + card.id(), card.architecture().weightBytes(), done::get);
        SavedModelWriter.write(
                card,
                name -> {
                    float[] weights = checkpoint.read(name);
                    Background.await(previous.get());
                    previous.set(background.submit(() -> {
                        fingerprint.add(weights);
                        return weights.length;
                    }));
                    done.addAndGet((long) weights.length * Float.BYTES);
                    return weights;
                },
                output);
        Background.await(previous.get());
    }

    private static Verification verify(
            ImportRequest request, GoldenSample.Model model, ReferenceBatch reference, ImportProgress progress) {
        Verification verification = Verification.of(model, reference, progress);
        if (!verification.passed()) {
            throw CardinalException.model(
                    "the model of card " + request.card().id() + " and checkpoint "
                            + request.checkpoint() + " does not give the logits in " + request.reference() + ": "
                            + verification + ", and " + Verification.TOLERANCE
                            + " is accepted; was the reference made with this checkpoint, model.eval() and the card's mean and std?");
        }
        return verification;
    }

    private static void clear(Path output) throws IOException {
        if (!Files.exists(output)) {
            return;
        }
        try (Stream<Path> written = Files.walk(output)) {
            for (Path path : written.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static void requireEmpty(Path output) throws IOException {
        if (!Files.exists(output)) {
            return;
        }
        if (!Files.isDirectory(output)) {
            throw CardinalException.output("output " + output + " is a file; name a directory for the bundle");
        }
        try (Stream<Path> entries = Files.list(output)) {
            if (entries.findAny().isPresent()) {
                throw CardinalException.output(
                        "output " + output + " already holds something else; name an empty directory");
            }
        }
    }

    private static HashCheck check(ModelCard card, String sha256) {
        String expected = card.source().sha256Prefix();
        if (expected == null) {
            return HashCheck.UNCHECKED;
        }
        return sha256.startsWith(expected) ? HashCheck.MATCHED : HashCheck.MISMATCHED;
    }

    /** What is said of a mismatch, where it is allowed. */
    private static List<String> warnings(HashCheck check, ModelCard card, ImportRequest request, String sha256) {
        if (check != HashCheck.MISMATCHED) {
            return List.of();
        }
        String difference = "checkpoint " + request.checkpoint() + " has SHA-256 " + sha256 + ", card " + card.id()
                + " expects one that begins with " + card.source().sha256Prefix();
        if (request.hashPolicy() == HashPolicy.REQUIRE_MATCH) {
            throw CardinalException.checkpoint(difference
                    + ": it is not the released file, or it is damaged; --allow-hash-mismatch imports it all the same");
        }
        return List.of(difference);
    }

    private static void writeAssets(BundleCard bundle, Path output) throws IOException {
        Path card = output.resolve(BundleCard.CARD_FILE);
        Files.createDirectories(card.getParent());
        Files.writeString(card, CardJson.write(bundle));
        Files.writeString(
                output.resolve(BundleCard.LABELS_FILE),
                Labels.write(bundle.card().labels()));
    }
}
