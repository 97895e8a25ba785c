package dev.cardinal.udf.bundle;

import dev.cardinal.udf.LabelOptions.Emit;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.CardJson;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.Fingerprint;
import dev.cardinal.zoo.SavedModelCard;
import dev.cardinal.zoo.graph.SavedModelSignatures;
import dev.cardinal.zoo.serving.InterfaceFit;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.ServingSignature;
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
 * Models to label with, on any Hadoop file system: bundles that Cardinal has written, and SavedModels made elsewhere, which a card
 * describes. Needs no TensorFlow natives. Thread-safe; lives on the driver.
 */
public final class ModelStore {
    private final Configuration configuration;

    public ModelStore(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * What labelling needs to know of the model in a directory.
     *
     * @param card file with the card of a SavedModel made elsewhere, on the local disk; null for a bundle of Cardinal's
     * @param emit what the model must give beside predictions
     * @throws CardinalException if the directory is missing or holds no such model, if the card does not fit it, or if it does not
     *     give what is to be emitted
     * @throws IOException if the file system fails
     */
    public ServedModel read(Path directory, java.nio.file.@Nullable Path card, Set<Emit> emit) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        Path graph = new Path(directory, SavedModelSignatures.GRAPH_FILE);
        boolean bundle = fileSystem.exists(new Path(directory, BundleCard.CARD_FILE));
        if (card == null) {
            if (!bundle && fileSystem.exists(graph)) {
                throw CardinalException.model("model " + directory + " is a SavedModel without " + BundleCard.CARD_FILE
                        + ", so not one of 'cardinal import': describe it with --card FILE.json");
            }
            return ServedModel.of(new BundleReader(configuration).read(directory));
        }
        if (bundle) {
            throw CardinalException.usage("--card " + card + " is for SavedModels made elsewhere; model " + directory
                    + " has a card of its own: label without --card");
        }
        SavedModelCard described = CardJson.readForSavedModel(card);
        if (!fileSystem.exists(graph)) {
            throw CardinalException.model("model " + directory
                    + (fileSystem.exists(directory)
                            ? " is no SavedModel: it has no " + SavedModelSignatures.GRAPH_FILE
                            : " does not exist"));
        }
        List<ServingSignature> signatures;
        try (InputStream in = fileSystem.open(graph)) {
            signatures = SavedModelSignatures.read(graph.toString(), in);
        }
        String model = "model " + directory;
        ServingSignature signature = ServingSignature.choose(model, signatures, described.signature());
        ModelInterface io = InterfaceFit.of(model, signature, described);
        requireEmitted(model, io, signature, emit);
        Fingerprint fingerprint = Fingerprint.of(described, io);
        SavedModelFiles.of(fileSystem, directory).forEach(file -> fingerprint.add(file.path(), file.sha256()));
        return ServedModel.of(described, io, fingerprint.hex());
    }

    private static void requireEmitted(String model, ModelInterface io, ServingSignature signature, Set<Emit> emit) {
        List<String> lacking = new ArrayList<>();
        if (emit.contains(Emit.LOGITS) && io.logits() == null) {
            lacking.add("logits");
        }
        if (emit.contains(Emit.FEATURES) && io.features() == null) {
            lacking.add("features");
        }
        if (!lacking.isEmpty()) {
            throw CardinalException.usage("--emit " + String.join(",", lacking) + ": " + model + " gives no "
                    + String.join(" and no ", lacking) + ", it has " + signature
                    + "; if one of its outputs is that, name it in the card, as \"output\": {\"" + lacking.get(0)
                    + "\": NAME}");
        }
    }
}
