package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.serving.DeviceMemoryException;
import dev.cardinal.zoo.serving.ModelInterface;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TFFailedPreconditionException;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * A SavedModel in a TensorFlow session.
 *
 * <p>Owns the session and its graph; the caller of {@link #load} closes it. Thread-safe, because a session supports
 * concurrent runs. Tensors exist only during a call.
 */
public final class SavedModelSession implements AutoCloseable {
    private final Path directory;
    private final LoadedModel model;
    private final ModelInterface io;
    private final PixelTensor pixels;
    private final String image;
    private final Fetch logits;
    private final Fetch probabilities;
    private final Fetch features;

    /**
     * The outputs of a model for one image. A component is null if the model has no such output.
     *
     * @param logits [classes], output of the last layer
     * @param probabilities [classes], softmax of the logits
     * @param features [D], pooled output of the last block
     */
    @SuppressWarnings("ArrayRecordComponent") // only holds numbers, never compared
    public record Outputs(float @Nullable [] logits, float @Nullable [] probabilities, float @Nullable [] features) {}

    /** One output: its key in the signature and its tensor in the graph; both null if the model has no such output. */
    private record Fetch(@Nullable String key, @Nullable String tensor) {

        static Fetch of(Map<String, Signature.TensorDescription> outputs, @Nullable String key) {
            return new Fetch(key, key == null ? null : SavedModelSession.tensor(outputs, key));
        }
    }

    private SavedModelSession(Path directory, LoadedModel model, ModelInterface io, Preprocessing preprocessing) {
        Signature signature = model.signature();
        this.directory = directory;
        this.model = model;
        this.io = io;
        this.pixels = new PixelTensor(io, preprocessing);
        this.image = tensor(signature.getInputs(), io.image());
        this.logits = Fetch.of(signature.getOutputs(), io.logits());
        this.probabilities = Fetch.of(signature.getOutputs(), io.probabilities());
        this.features = Fetch.of(signature.getOutputs(), io.features());
    }

    /**
     * Loads a model from the local disk.
     *
     * @throws CardinalException if the directory does not contain a SavedModel with this interface
     */
    public static SavedModelSession load(
            Path directory, ModelInterface io, Preprocessing preprocessing, SessionSettings settings) {
        LoadedModel model;
        try {
            model = LoadedModel.load(directory, io.signature(), settings);
        } catch (IllegalArgumentException e) {
            throw mismatch(directory, io, e);
        }
        try {
            return new SavedModelSession(directory, model, io, preprocessing);
        } catch (IllegalArgumentException e) {
            model.close();
            throw mismatch(directory, io, e);
        }
    }

    private static CardinalException mismatch(Path directory, ModelInterface io, IllegalArgumentException e) {
        return CardinalException.model(
                "model " + directory + ", signature " + io.signature() + ": " + e.getMessage(), e);
    }

    private static String tensor(Map<String, Signature.TensorDescription> tensors, String key) {
        Signature.TensorDescription description = tensors.get(key);
        if (description == null) {
            throw new IllegalArgumentException("there is no '" + key + "', only " + tensors.keySet());
        }
        return description.name;
    }

    /**
     * Runs the model for images of one size. If the model has a fixed batch size, the images are split into batches and
     * padded.
     *
     * @param images {@code height x width x 3} bytes each, row by row; at least one
     * @return one entry per image, in order
     * @throws CardinalException if the shape of an output is not [images, numbers]
     * @throws DeviceMemoryException if the device has not enough memory for the batch
     */
    public List<Outputs> run(List<byte[]> images, int height, int width) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("no images");
        }
        Integer fixed = io.batch();
        if (fixed == null) {
            return batch(images, height, width, images.size());
        }
        List<Outputs> outputs = new ArrayList<>(images.size());
        for (int start = 0; start < images.size(); start += fixed) {
            List<byte[]> part = images.subList(start, Math.min(start + fixed, images.size()));
            outputs.addAll(batch(part, height, width, fixed));
        }
        return outputs;
    }

    private List<Outputs> batch(List<byte[]> images, int height, int width, int count) {
        try (TType input = pixels.of(images, height, width, count)) {
            Session.Runner runner = model.session().runner().feed(image, input);
            Stream.of(logits, probabilities, features)
                    .map(Fetch::tensor)
                    .filter(name -> name != null)
                    .forEach(runner::fetch);
            try (Result result = answer(runner, count)) {
                int next = 0;
                float[][] logitRows = logits.tensor() == null ? null : rows(logits, result.get(next++), count);
                float[][] probabilityRows =
                        probabilities.tensor() == null ? null : rows(probabilities, result.get(next++), count);
                float[][] featureRows = features.tensor() == null ? null : rows(features, result.get(next++), count);
                List<Outputs> outputs = new ArrayList<>(images.size());
                for (int i = 0; i < images.size(); i++) {
                    outputs.add(new Outputs(row(logitRows, i), row(probabilityRows, i), row(featureRows, i)));
                }
                return outputs;
            }
        }
    }

    private Result answer(Session.Runner runner, int count) {
        try {
            return runner.run();
        } catch (TFFailedPreconditionException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            if (!why.startsWith("Could not find variable")) {
                throw e;
            }
            throw CardinalException.model(
                    "model " + directory + " cannot run, because its variables are not restored: "
                            + why.replaceAll("\\. .*", "")
                            + "; export a model of Keras 3 with model.export(DIR), not with tf.saved_model.save, and check that"
                            + " variables/ is complete",
                    e);
        } catch (TFResourceExhaustedException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new DeviceMemoryException("out of memory for a batch of " + count + ": " + why, e);
        }
    }

    private static float @Nullable [] row(float @Nullable [] @Nullable [] rows, int index) {
        return rows == null ? null : rows[index];
    }

    private float[][] rows(Fetch output, Tensor tensor, int count) {
        Shape shape = tensor.shape();
        if (shape.numDimensions() != 2 || shape.get(0) != count) {
            throw CardinalException.model("model " + directory + " returns '" + output.key() + "' with shape " + shape
                    + " for " + count + " images instead of [" + count + ", numbers]");
        }
        int columns = Math.toIntExact(shape.get(1));
        FloatDataBuffer data = ((TFloat32) tensor).asRawTensor().data().asFloats();
        float[][] rows = new float[count][columns];
        for (int i = 0; i < count; i++) {
            data.offset((long) i * columns).read(rows[i]);
        }
        return rows;
    }

    @Override
    public void close() {
        model.close();
    }
}
