package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.FileHash;
import dev.cardinal.zoo.FileTree;
import dev.cardinal.zoo.ImportProgress;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.GoldenSample;
import dev.cardinal.zoo.card.Labels;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Provenance;
import dev.cardinal.zoo.card.Provenance.HashCheck;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.convert.ImportRequest.HashPolicy;
import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.graph.SavedModelWriter;
import dev.cardinal.zoo.npz.ReferenceBatch;
import dev.cardinal.zoo.serving.Fingerprint;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.SessionSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Converts a checkpoint into a model bundle: a SavedModel with card, labels, fingerprint and provenance.
 *
 * <p>Stateless and thread-safe. Runs on the driver or any other machine with TensorFlow's native library.
 */
public final class ModelImport {
    private ModelImport() {}

    /**
     * Imports a checkpoint.
     *
     * @throws CardinalException if the checkpoint is missing, corrupt, refused as unsafe, or not the released file of
     *     the card; if no state dict in it has the tensors of the card's architecture, with one class per label; if a
     *     weight is not finite; if the output is not empty; or if the model's logits differ from the reference. The
     *     import then leaves no files behind
     * @throws IOException if the output cannot be written
     */
    public static ImportResult run(ImportRequest request, ImportProgress progress) throws IOException {
        requireEmpty(request.output());
        try {
            return write(request, progress);
        } catch (IOException | RuntimeException e) {
            FileTree.delete(request.output());
            throw e;
        }
    }

    private static ImportResult write(ImportRequest request, ImportProgress progress) throws IOException {
        Path file = request.checkpoint();
        try (Checkpoint checkpoint = Checkpoint.open(file);
                HashingExecutor hashing = new HashingExecutor()) {
            CardMatcher match = CardMatcher.of(request.card(), checkpoint, file, request.state(), request.labels());
            ModelCard card = match.card();
            ReferenceBatch reference =
                    request.reference() == null ? null : Verification.reference(request.reference(), card);
            Future<String> hash = hashing.submit(() -> sha256(checkpoint.files()));

            Files.createDirectories(request.output());
            Fingerprint fingerprint = Fingerprint.of(card);
            FiniteWeights weights = new FiniteWeights(file, checkpoint, match.weights());
            writeModel(card, weights, fingerprint, hashing, request.output(), progress);
            weights.requireFinite();
            String sha256 = HashingExecutor.result(hash);
            HashCheck check = check(card, sha256);
            List<String> warnings = new ArrayList<>(match.warnings());
            warnings.addAll(warnings(check, card, request, sha256));
            BundleCard bundle = new BundleCard(
                    card,
                    fingerprint.hex(),
                    new Provenance(
                            file.getFileName().toString(),
                            sha256,
                            checkpoint.format().id(),
                            check));
            writeAssets(bundle, request.output());
            Optional<Verification> verification;
            try (SavedModelSession imported = SavedModelSession.load(
                    request.output(), ModelInterface.BUNDLE, card.preprocessing(), SessionSettings.cpu())) {
                GoldenSample.Model model = (pixels, height, width) -> logits(imported, pixels, height, width);
                GoldenSample.of(card, model).write(request.output());
                verification =
                        reference == null ? Optional.empty() : Optional.of(verify(request, model, reference, progress));
            }
            List<String> notes = new ArrayList<>(checkpoint.notes());
            notes.addAll(match.notes());
            return new ImportResult(bundle, verification, notes, warnings);
        }
    }

    /** Returns the logits of a bundle for one image. */
    static float[] logits(SavedModelSession model, byte[] pixels, int height, int width) {
        return Objects.requireNonNull(
                model.run(List.of(pixels), height, width).get(0).logits());
    }

    /** Writes the model and computes its fingerprint in parallel: a tensor is hashed while the next one is read. */
    private static void writeModel(
            ModelCard card,
            FiniteWeights source,
            Fingerprint fingerprint,
            HashingExecutor hashing,
            Path output,
            ImportProgress progress)
            throws IOException {
        AtomicLong done = new AtomicLong();
        AtomicReference<@Nullable Future<?>> previous = new AtomicReference<>();
        progress.step("importing " + card.id(), card.architecture().weightBytes(), done::get);
        SavedModelWriter.write(
                card,
                name -> {
                    float[] weights = source.read(name);
                    HashingExecutor.await(previous.get());
                    previous.set(hashing.submit(() -> {
                        fingerprint.add(weights);
                        return weights.length;
                    }));
                    done.addAndGet((long) weights.length * Float.BYTES);
                    return weights;
                },
                output);
        HashingExecutor.await(previous.get());
    }

    /** Returns the SHA-256 of the files of a checkpoint, one after another. */
    private static String sha256(List<Path> files) throws IOException {
        List<InputStream> streams = new ArrayList<>();
        for (Path file : files) {
            streams.add(Files.newInputStream(file));
        }
        try (InputStream in = new SequenceInputStream(Collections.enumeration(streams))) {
            return FileHash.sha256(in);
        }
    }

    private static Verification verify(
            ImportRequest request, GoldenSample.Model model, ReferenceBatch reference, ImportProgress progress) {
        Verification verification = Verification.of(model, reference, progress);
        if (!verification.passed()) {
            throw CardinalException.model(
                    "the model of card " + request.card().id() + " and checkpoint "
                            + request.checkpoint() + " does not reproduce the logits in " + request.reference() + ": "
                            + verification + ", but at most " + Verification.TOLERANCE
                            + " is accepted; create the reference with this checkpoint, model.eval() and the card's mean and std");
        }
        return verification;
    }

    private static void requireEmpty(Path output) throws IOException {
        if (!Files.exists(output)) {
            return;
        }
        if (!Files.isDirectory(output)) {
            throw CardinalException.output("output " + output + " is a file; give a directory for the bundle");
        }
        try (Stream<Path> entries = Files.list(output)) {
            if (entries.findAny().isPresent()) {
                throw CardinalException.output("output " + output + " is not empty; give an empty directory");
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

    /** Returns the warning about a mismatch, if it is allowed. */
    private static List<String> warnings(HashCheck check, ModelCard card, ImportRequest request, String sha256) {
        if (check != HashCheck.MISMATCHED) {
            return List.of();
        }
        String difference = "checkpoint " + request.checkpoint() + " has SHA-256 " + sha256 + ", but card " + card.id()
                + " expects one that begins with " + card.source().sha256Prefix();
        if (request.hashPolicy() == HashPolicy.REQUIRE_MATCH) {
            throw CardinalException.checkpoint(difference
                    + ": it is not the released file or is corrupt; --allow-hash-mismatch imports it anyway");
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
