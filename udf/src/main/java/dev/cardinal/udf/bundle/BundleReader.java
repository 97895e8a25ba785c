package dev.cardinal.udf.bundle;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.CardJson;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.GoldenSample;
import dev.cardinal.zoo.card.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Reads model bundles on any Hadoop file system. Thread-safe; lives on the driver. */
public final class BundleReader {
    private static final List<String> FILES = List.of(
            "saved_model.pb",
            "variables/variables.index",
            "variables/variables.data-00000-of-00001",
            BundleCard.CARD_FILE,
            BundleCard.LABELS_FILE,
            GoldenSample.IMAGE_FILE,
            GoldenSample.LOGITS_FILE);

    private final Configuration configuration;

    public BundleReader(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * Reads the card of the bundle in a directory, and checks that the bundle is complete and consistent.
     *
     * @throws CardinalException if the bundle does not exist, is incomplete, or its parts contradict each other
     * @throws IOException if the file system fails
     */
    public BundleCard read(Path directory) throws IOException {
        FileSystem fileSystem = directory.getFileSystem(configuration);
        if (!fileSystem.exists(directory)) {
            throw CardinalException.model("model " + directory + " does not exist");
        }
        List<String> missing = new ArrayList<>();
        for (String file : FILES) {
            if (!fileSystem.exists(new Path(directory, file))) {
                missing.add(file);
            }
        }
        if (!missing.isEmpty()) {
            throw CardinalException.model("model " + directory + " is an incomplete bundle: missing "
                    + String.join(" and ", missing) + "; create it with 'cardinal import'");
        }
        Path cardFile = new Path(directory, BundleCard.CARD_FILE);
        Path labelsFile = new Path(directory, BundleCard.LABELS_FILE);
        BundleCard bundle;
        List<ClassLabel> labels;
        try (InputStream card = fileSystem.open(cardFile);
                InputStream lines = fileSystem.open(labelsFile)) {
            bundle = CardJson.readBundle(cardFile.toString(), card);
            labels = Labels.read(labelsFile.toString(), lines);
        }
        if (!labels.equals(bundle.card().labels())) {
            throw CardinalException.model("model " + directory + " is corrupt: " + BundleCard.LABELS_FILE
                    + " and the labels in " + BundleCard.CARD_FILE + " differ");
        }
        return bundle;
    }
}
