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
 * The graph of a SavedModel in a session, with frozen variables if possible. Closing it closes session and graph.
 * Thread-safe.
 *
 * @param session session that runs the graph
 * @param signature names of the input and output tensors by their keys
 * @param owned graph or bundle of the session, closed after it
 */
record LoadedModel(Session session, Signature signature, AutoCloseable owned) implements AutoCloseable {

    /**
     * Loads a model from the local disk.
     *
     * @param name name of the signature
     * @throws CardinalException if TensorFlow cannot load a SavedModel from the directory
     * @throws IllegalArgumentException if the model has no such signature
     */
    static LoadedModel load(Path directory, String name, SessionSettings settings) {
        TensorFlowRuntime.prepare(settings.threads());
        SessionSettings initial = new SessionSettings(settings.device(), Precision.FP32, settings.threads());
        SavedModelBundle bundle = open(directory, initial);
        try {
            Signature signature = bundle.function(name).signature();
            List<String> outputs = signature.getOutputs().values().stream()
                    .map(output -> output.name)
                    .toList();
            Optional<Graph> frozen = GraphFreezer.freeze(bundle, outputs, GroupMerge.of(settings));
            if (frozen.isPresent()) {
                bundle.close();
                return of(frozen.get(), signature, settings);
            }
            if (!initial.equals(settings)) {
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
            throw CardinalException.model("model " + directory + " cannot be loaded: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        session.close();
        try {
            owned.close();
        } catch (Exception e) { // graphs and bundles throw no checked exceptions
            throw new IllegalStateException(e);
        }
    }
}
