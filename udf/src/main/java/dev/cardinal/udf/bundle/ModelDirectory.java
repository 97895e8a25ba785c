package dev.cardinal.udf.bundle;

import dev.cardinal.udf.fs.UserPaths;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.SavedModelSignatures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the directory of the SavedModel that a user means: the directory itself, the one that contains the given
 * {@code saved_model.pb}, or the highest version below a directory for TensorFlow Serving. Lives on the driver.
 */
public final class ModelDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(ModelDirectory.class);
    private static final Pattern VERSION = Pattern.compile("\\d{1,18}");
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F'};
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final String KERAS = "export it with keras.models.load_model(FILE).export(DIR)";

    private static final String TEXT_FILE = "saved_model.pbtxt";
    private static final String TEXT =
            "a SavedModel as text, saved_model.pbtxt: load it with tf.saved_model.load(DIR) and save"
                    + " it with tf.saved_model.save(model, NEW_DIR)";

    private ModelDirectory() {}

    /**
     * Returns the directory, as a path of the given file system.
     *
     * @param text the value of {@code --model}
     * @throws CardinalException if there is a file or a directory that is not a SavedModel; the message says what it is
     *     and how it is exported. A directory that does not exist, or is an incomplete bundle, is returned as it is
     * @throws IOException if the file system fails
     */
    public static Path of(String setting, String text, Configuration configuration) throws IOException {
        Path given = UserPaths.of(setting, text);
        FileSystem fileSystem = given.getFileSystem(configuration);
        if (!fileSystem.exists(given)) {
            return given;
        }
        if (fileSystem.getFileStatus(given).isFile()) {
            if (given.getName().equals(SavedModelSignatures.GRAPH_FILE)) {
                return given.getParent();
            }
            throw notASavedModel(given, describe(given, fileSystem));
        }
        if (fileSystem.exists(new Path(given, SavedModelSignatures.GRAPH_FILE))) {
            return given;
        }
        List<FileStatus> children = new ArrayList<>(Arrays.asList(fileSystem.listStatus(given)));
        Optional<Path> newest = versions(children, fileSystem);
        if (newest.isPresent()) {
            LOG.info(
                    "model {}: using version {}, the highest",
                    given,
                    newest.get().getName());
            return newest.get();
        }
        Path parent = given.getParent();
        if (given.getName().equals("variables")
                && parent != null
                && fileSystem.exists(new Path(parent, SavedModelSignatures.GRAPH_FILE))) {
            throw notASavedModel(given, "it is the directory of variables of a SavedModel: give its parent directory");
        }
        for (FileStatus child : children) {
            String name = child.getPath().getName();
            if (name.equals(TEXT_FILE)) {
                throw notASavedModel(given, "it contains " + TEXT);
            }
            if (name.endsWith(".index") || name.equals("checkpoint")) {
                throw notASavedModel(
                        given,
                        "it contains a TensorFlow checkpoint, which has weights but no graph: build"
                                + " the model, restore the weights, and export it with model.export(DIR) or"
                                + " tf.saved_model.save(model, DIR)");
            }
            if (name.endsWith(".keras") || name.endsWith(".h5")) {
                throw notASavedModel(given, "it contains the Keras file " + name + ": " + KERAS);
            }
        }
        return given;
    }

    private static Optional<Path> versions(List<FileStatus> children, FileSystem fileSystem) throws IOException {
        List<Path> versions = new ArrayList<>();
        for (FileStatus child : children) {
            Path path = child.getPath();
            if (child.isDirectory()
                    && VERSION.matcher(path.getName()).matches()
                    && fileSystem.exists(new Path(path, SavedModelSignatures.GRAPH_FILE))) {
                versions.add(path);
            }
        }
        return versions.stream().max(Comparator.comparingLong(path -> Long.parseLong(path.getName())));
    }

    private static String describe(Path file, FileSystem fileSystem) throws IOException {
        byte[] head;
        try (InputStream in = fileSystem.open(file)) {
            head = in.readNBytes(8);
        }
        String name = file.getName();
        if (startsWith(head, HDF5) && name.endsWith(".weights.h5")) {
            return "it has the weights of a Keras model without its layers: build the model, call model.load_weights(FILE), and"
                    + " export it with model.export(DIR)";
        }
        if (startsWith(head, HDF5)) {
            return "it is an HDF5 file of Keras: " + KERAS;
        }
        if (startsWith(head, ZIP) && !name.endsWith(".pth") && !name.endsWith(".pt") && !name.endsWith(".zip")) {
            return "it is a Keras file: " + KERAS;
        }
        if (new String(head, StandardCharsets.ISO_8859_1).startsWith("TFL3", 4)) {
            return "it is a TensorFlow Lite model: give the SavedModel that it was converted from";
        }
        if (name.endsWith(".pb")) {
            return "it is a single .pb file, probably a frozen graph: give the SavedModel that it was made from, or"
                    + " convert it with tf.compat.v1.saved_model.simple_save";
        }
        if (name.equals(TEXT_FILE)) {
            return "it is " + TEXT;
        }
        if (name.endsWith(".pbtxt")) {
            return "it is a graph as text: load it and save it with tf.saved_model.save(model, DIR)";
        }
        if (name.endsWith(".onnx")) {
            return "it is an ONNX model: import the PyTorch checkpoint with 'cardinal import', or convert it with onnx-tf";
        }
        if (name.matches(".*\\.(pth?|tar|safetensors|bin|t7|ckpt)")) {
            return "it is a checkpoint: convert it with 'cardinal import --checkpoint " + name + "'";
        }
        return "it is a file: give the directory that contains saved_model.pb";
    }

    private static boolean startsWith(byte[] head, byte[] magic) {
        return head.length >= magic.length && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
    }

    private static CardinalException notASavedModel(Path given, String reason) {
        return CardinalException.model("model " + given + " is not a SavedModel: " + reason);
    }
}
