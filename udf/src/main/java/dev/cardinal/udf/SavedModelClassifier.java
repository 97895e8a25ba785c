package dev.cardinal.udf;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.TensorFlowLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A model bundle in a TensorFlow session.
 *
 * <p>Owns the session and its graph until closed. Thread-safe: a session runs concurrent requests. Tensors live for one call.
 */
final class SavedModelClassifier implements Classifier {
    private static final int CHANNELS = 3;

    private final SavedModelBundle bundle;
    private final String image;
    private final String logits;
    private final String probabilities;
    private final String features;

    private SavedModelClassifier(SavedModelBundle bundle, Signature signature) {
        this.bundle = bundle;
        this.image = tensor(signature.getInputs(), "image");
        this.logits = tensor(signature.getOutputs(), "logits");
        this.probabilities = tensor(signature.getOutputs(), "probabilities");
        this.features = tensor(signature.getOutputs(), "features");
    }

    /**
     * Loads a bundle from the local disk.
     *
     * @throws CardinalException if the directory holds no SavedModel with a bundle's signature
     */
    static SavedModelClassifier load(Path directory) {
        TensorFlowLog.applyLevel();
        SavedModelBundle bundle;
        try {
            bundle = SavedModelBundle.load(directory.toString(), SavedModelBundle.DEFAULT_TAG);
        } catch (TensorFlowException e) {
            throw CardinalException.model("model " + directory + " does not load: " + e.getMessage(), e);
        }
        try {
            return new SavedModelClassifier(
                    bundle, bundle.function(Signature.DEFAULT_KEY).signature());
        } catch (IllegalArgumentException e) {
            bundle.close();
            throw CardinalException.model("model " + directory + " is no Cardinal bundle: " + e.getMessage(), e);
        }
    }

    private static String tensor(Map<String, Signature.TensorDescription> tensors, String name) {
        Signature.TensorDescription description = tensors.get(name);
        if (description == null) {
            throw new IllegalArgumentException(
                    "signature " + Signature.DEFAULT_KEY + " has no '" + name + "', only " + tensors.keySet());
        }
        return description.name;
    }

    @Override
    public List<Scores> classify(List<byte[]> images, int height, int width) {
        Shape shape = Shape.of(images.size(), height, width, CHANNELS);
        try (TUint8 input = TUint8.tensorOf(shape)) {
            fill(input.asRawTensor().data(), images);
            try (Result result = bundle.session()
                    .runner()
                    .feed(image, input)
                    .fetch(logits)
                    .fetch(probabilities)
                    .fetch(features)
                    .run()) {
                float[][] logitRows = rows((TFloat32) result.get(0));
                float[][] probabilityRows = rows((TFloat32) result.get(1));
                float[][] featureRows = rows((TFloat32) result.get(2));
                List<Scores> scores = new ArrayList<>(images.size());
                for (int i = 0; i < images.size(); i++) {
                    scores.add(new Scores(logitRows[i], probabilityRows[i], featureRows[i]));
                }
                return scores;
            }
        }
    }

    private static void fill(ByteDataBuffer target, List<byte[]> images) {
        long at = 0;
        for (byte[] pixels : images) {
            target.offset(at).write(pixels);
            at += pixels.length;
        }
        if (at != target.size()) {
            throw new IllegalArgumentException("images hold " + at + " bytes, their shape " + target.size());
        }
    }

    private static float[][] rows(TFloat32 tensor) {
        int count = Math.toIntExact(tensor.shape().get(0));
        int columns = Math.toIntExact(tensor.shape().get(1));
        FloatDataBuffer data = tensor.asRawTensor().data().asFloats();
        float[][] rows = new float[count][columns];
        for (int i = 0; i < count; i++) {
            data.offset((long) i * columns).read(rows[i]);
        }
        return rows;
    }

    @Override
    public void close() {
        bundle.close();
    }
}
