package dev.cardinal.zoo;

import dev.cardinal.zoo.ImportRequest.HashPolicy;
import dev.cardinal.zoo.checkpoint.Checkpoint;
import dev.cardinal.zoo.graph.SavedModelRunner;
import dev.cardinal.zoo.graph.SavedModelWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Turns a checkpoint into a model bundle: a plain SavedModel with its card, labels, fingerprint and provenance beside it.
 *
 * <p>Runs on the driver or any other machine with TensorFlow's natives. Stateless and thread-safe.
 */
public final class ModelImport {
    private static final int COPY_BUFFER_BYTES = 1 << 20;

    private ModelImport() {}

    /**
     * Imports a checkpoint.
     *
     * @throws CardinalException if the checkpoint is missing, damaged, refused as unsafe, not the file its card names, or does
     *     not hold exactly the tensors of the card's architecture; or if the output is not empty
     * @throws IOException if the output cannot be written
     */
    public static ImportResult run(ImportRequest request) throws IOException {
        ModelCard card = request.card();
        Path file = request.checkpoint();
        requireEmpty(request.output());
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            StateDictCheck.require(card, checkpoint, file);
            String sha256 = sha256(file);
            List<String> warnings = checkHash(request, sha256);

            Files.createDirectories(request.output());
            Fingerprint fingerprint = new Fingerprint(card);
            SavedModelWriter.write(
                    card,
                    name -> {
                        float[] weights = checkpoint.read(name);
                        fingerprint.add(weights);
                        return weights;
                    },
                    request.output());
            BundleCard bundle = new BundleCard(
                    card,
                    fingerprint.hex(),
                    new Provenance(
                            file.getFileName().toString(),
                            sha256,
                            checkpoint.container().id()));
            writeAssets(bundle, request.output());
            try (SavedModelRunner written = SavedModelRunner.load(request.output())) {
                GoldenSample.of(card, written::logits).write(request.output());
            }
            return new ImportResult(bundle, warnings);
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

    private static List<String> checkHash(ImportRequest request, String sha256) {
        String expected = request.card().source().sha256Prefix();
        if (expected == null || sha256.startsWith(expected)) {
            return List.of();
        }
        String difference = "checkpoint " + request.checkpoint() + " has SHA-256 " + sha256 + ", card "
                + request.card().id() + " expects one that begins with " + expected;
        if (request.hashPolicy() == HashPolicy.REQUIRE_MATCH) {
            throw CardinalException.checkpoint(difference
                    + ": it is not the released file, or it is damaged; --allow-hash-mismatch imports it all the same");
        }
        List<String> warnings = new ArrayList<>();
        warnings.add(difference);
        return warnings;
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[COPY_BUFFER_BYTES];
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                while (in.read(buffer) >= 0) {
                    // the digest sees what is read
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
