package dev.cardinal.udf.model;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.graph.SavedModelSession;
import dev.cardinal.zoo.graph.SavedModelSession.Outputs;
import dev.cardinal.zoo.serving.ServedModel;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * A model in a TensorFlow session. If the model does not return probabilities, they are the softmax of its logits.
 *
 * <p>Owns the session until closed. Thread-safe. Lives on executors.
 */
final class SavedModelClassifier implements Classifier {
    private final SavedModelSession session;

    private SavedModelClassifier(SavedModelSession session) {
        this.session = session;
    }

    /**
     * Loads a model from the local disk.
     *
     * @throws CardinalException if the directory does not contain a SavedModel with the model's interface
     */
    static SavedModelClassifier load(Path directory, ServedModel model, SessionSettings settings) {
        return new SavedModelClassifier(SavedModelSession.load(directory, model.io(), model.preprocessing(), settings));
    }

    @Override
    public List<Scores> classify(List<byte[]> images, int height, int width) {
        return session.run(images, height, width).stream()
                .map(SavedModelClassifier::scores)
                .toList();
    }

    private static Scores scores(Outputs outputs) {
        float[] logits = outputs.logits();
        float[] probabilities = outputs.probabilities();
        if (probabilities == null) {
            if (logits == null) {
                throw new IllegalStateException("the model returns neither logits nor probabilities");
            }
            probabilities = Softmax.of(logits, 1);
        }
        return new Scores(logits, probabilities, outputs.features());
    }

    @Override
    public void close() {
        session.close();
    }
}
