package dev.cardinal.job.label;

import dev.cardinal.job.label.PredictionTable.Origin;
import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.LabelFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * The classes that {@code --labels} names, for predictions that another program wrote. Lives on the driver; immutable.
 *
 * @param file the file, null if none is named
 * @param classes its classes, empty if none is named
 */
record ExternalLabels(@Nullable String file, List<ClassLabel> classes) {
    private static final String UNKNOWN = "unknown";

    /**
     * Reads the file.
     *
     * @throws CardinalException if it does not exist or is invalid
     * @throws IOException if its file system fails
     */
    static ExternalLabels read(@Nullable String file, Configuration configuration) throws IOException {
        if (file == null) {
            return new ExternalLabels(null, List.of());
        }
        Path path = UserPaths.of("labels", file);
        try (InputStream in = path.getFileSystem(configuration).open(path)) {
            return new ExternalLabels(
                    file, LabelFile.read(file, in.readAllBytes()).labels());
        } catch (FileNotFoundException e) {
            throw CardinalException.input("labels " + file + " do not exist", e);
        }
    }

    /**
     * Returns what is known about predictions that another program wrote, without their rows.
     *
     * @param lacking what predictions of Cardinal have, and these have not
     * @throws CardinalException if no file is named
     */
    Origin origin(String modelId, String predictions, String lacking) {
        if (file == null) {
            throw CardinalException.input("predictions " + predictions + " is not a predictions table: it has no "
                    + lacking + ". If another program wrote it, name the classes of the model with --labels");
        }
        return unverified(modelId);
    }

    /** Returns what is known about a table of a catalog before Spark starts. */
    Origin unverified(String modelId) {
        return new Origin(modelId, classes, 0, Set.of(), UNKNOWN, null, null);
    }

    /**
     * Checks a table that Cardinal wrote, which has classes of its own.
     *
     * @throws CardinalException if a file is named and its class names differ
     */
    void requireSame(List<ClassLabel> own, String predictions) {
        if (file != null && !names(own).equals(names(classes))) {
            throw CardinalException.input("labels " + file + " differ from the classes of predictions " + predictions
                    + ", which _cardinal/run.json names: leave out --labels");
        }
    }

    private static List<String> names(List<ClassLabel> labels) {
        return labels.stream().map(ClassLabel::name).toList();
    }
}
