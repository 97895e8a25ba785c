package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.Precision;
import dev.cardinal.zoo.serving.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * A SavedModel's graph in a session, its variables frozen where they can be. Closing it closes both. Thread-safe.
 *
 * @param session runs the graph
 * @param signature tensors of the graph by the names that the model gives them
 * @param owned what the session needs, closed after it
 */
record LoadedModel(Session session, Signature signature, AutoCloseable owned) implements AutoCloseable {

    /**
     * Loads a model from the local disk.
     *
     * @param name of the signature
     * @throws CardinalException if the directory holds no SavedModel that TensorFlow loads
     * @throws IllegalArgumentException if it has no such signature
     */
    static LoadedModel load(Path directory, String name, SessionSettings settings) {
        TensorFlowLog.applyLevel(settings.threads());
        SessionSettings reading = new SessionSettings(settings.device(), Precision.FP32, settings.threads());
        SavedModelBundle bundle = open(directory, reading);
        try {
            Signature signature = bundle.function(name).signature();
            List<String> outputs = signature.getOutputs().values().stream()
                    .map(output -> output.name)
                    .toList();
            Optional<Graph> frozen = GraphFreezer.freeze(bundle, outputs);
            if (frozen.isPresent()) {
                bundle.close();
                return of(frozen.get(), signature, settings);
            }
            if (!reading.equals(settings)) {
                bundle.close();
                bundle = open(directory, settings);
            }
            return new LoadedModel(bundle.session(), signature, bundle);
        } catch (RuntimeException | Error e) {
            bundle.close();
            throw e;
        }
    }

    private static LoadedModel of(Graph graph, Signature signature, SessionSettings settings) {
        try {
            return new LoadedModel(new Session(graph, SessionConfigs.of(settings)), signature, graph);
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    private static SavedModelBundle open(Path directory, SessionSettings settings) {
        try {
            return SavedModelBundle.loader(directory.toString())
                    .withTags(SavedModelBundle.DEFAULT_TAG)
                    .withConfigProto(SessionConfigs.of(settings))
                    .load();
        } catch (TensorFlowException e) {
            throw CardinalException.model("model " + directory + " does not load: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        session.close();
        try {
            owned.close();
        } catch (Exception e) { // a graph and a bundle throw none
            throw new IllegalStateException(e);
        }
    }
}
