package dev.cardinal.udf.bundle;

import dev.cardinal.udf.options.LabelOptions.Emit;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.SavedModelCard;
import dev.cardinal.zoo.graph.SavedModelSignatures;
import dev.cardinal.zoo.serving.Fingerprint;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.ServingSignature;
import dev.cardinal.zoo.serving.SignatureResolver;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the descriptions of models to label with, on any Hadoop file system: bundles that Cardinal has written, and
 * SavedModels made elsewhere, which a card describes. Needs no native TensorFlow. Thread-safe; lives on the driver.
 */
public final class ServedModelReader {
    private final Configuration configuration;

    public ServedModelReader(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Reads the description of the model in a directory.
     *
     * @param card file with the card of a SavedModel made elsewhere, on the local disk; null for a bundle of Cardinal
     * @param emit outputs that the model must return in addition to predictions
     * @throws CardinalException if the directory does not contain such a model, if the card does not match the model,
     *     or if the model does not return an output in {@code emit}
     * @throws IOException if the file system fails
     */
    public ServedModel read(Path directory, java.nio.file.@Nullable Path card, Set<Emit> emit) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        Path graph = new Path(directory, SavedModelSignatures.GRAPH_FILE);
        boolean bundle = fileSystem.exists(new Path(directory, BundleCard.CARD_FILE));
        if (card == null) {
            if (!bundle && fileSystem.exists(graph)) {
                throw CardinalException.model("model " + directory + " is a SavedModel without " + BundleCard.CARD_FILE
                        + ", so 'cardinal import' did not create it: describe it with --card FILE.json");
            }
            return ServedModel.of(new BundleReader(configuration).read(directory));
        }
        if (bundle) {
            throw CardinalException.usage("--card " + card + " is for SavedModels made elsewhere; model " + directory
                    + " has its own card: omit --card");
        }
        SavedModelCard described = CardJson.readForSavedModel(card);
        if (!fileSystem.exists(graph)) {
            throw CardinalException.model("model " + directory
                    + (fileSystem.exists(directory)
                            ? " is not a SavedModel: missing " + SavedModelSignatures.GRAPH_FILE
                            : " does not exist"));
        }
        List<ServingSignature> signatures;
        try (InputStream in = fileSystem.open(graph)) {
            signatures = SavedModelSignatures.read(graph.toString(), in);
        }
        String model = "model " + directory;
        ServingSignature signature = ServingSignature.choose(model, signatures, described.signature());
        ModelInterface io = SignatureResolver.of(model, signature, described);
        requireEmitted(model, io, signature, emit);
        Fingerprint fingerprint = Fingerprint.of(described, io);
        SavedModelFiles.of(fileSystem, directory).forEach(file -> fingerprint.add(file.path(), file.sha256()));
        return ServedModel.of(described, io, fingerprint.hex());
    }

    private static void requireEmitted(String model, ModelInterface io, ServingSignature signature, Set<Emit> emit) {
        List<String> missing = new ArrayList<>();
        if (emit.contains(Emit.LOGITS) && io.logits() == null) {
            missing.add("logits");
        }
        if (emit.contains(Emit.FEATURES) && io.features() == null) {
            missing.add("features");
        }
        if (!missing.isEmpty()) {
            throw CardinalException.usage("--emit " + String.join(",", missing) + ": " + model + " has no output for "
                    + String.join(" and ", missing) + ", it has " + signature
                    + "; if one of its outputs is for that, name it in the card, as in \"output\": {\"" + missing.get(0)
                    + "\": NAME}");
        }
    }
}
