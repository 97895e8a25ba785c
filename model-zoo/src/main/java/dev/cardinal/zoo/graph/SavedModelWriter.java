package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.Architecture;
import dev.cardinal.zoo.Convolution;
import dev.cardinal.zoo.ModelCard;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/** Writes a card's network, with the weights of a checkpoint, as a plain TensorFlow SavedModel. */
public final class SavedModelWriter {
    private static final String PREDICT = "tensorflow/serving/predict";
    private static final String GRAPH_FILE = "saved_model.pb";

    private SavedModelWriter() {}

    /**
     * Builds the graph of {@code card} and writes {@code saved_model.pb} and {@code variables/} below {@code directory}.
     *
     * <p>Signature {@code serving_default}: {@code image} uint8 [N, H, W, 3] to {@code logits} and {@code probabilities}
     * float32 [N, classes] and {@code features} float32 [N, D]. One tensor of weights is on the heap at a time; the whole
     * model is once in native memory, freed on return.
     *
     * @param tensors gives a checkpoint's tensor by name, row-major in PyTorch's layout; every tensor of the architecture is
     *     asked for once, in the order of {@link Architecture#tensors}
     * @throws IOException if the directory cannot be written
     */
    public static void write(ModelCard card, Function<String, float[]> tensors, Path directory) throws IOException {
        TensorFlowLog.applyLevel();
        try (Graph graph = new Graph()) {
            ResNetGraph network = new ResNetGraph(Ops.create(graph), card);
            Signature signature = Signature.builder(Signature.DEFAULT_KEY)
                    .methodName(PREDICT)
                    .input("image", network.image())
                    .output("logits", network.logits())
                    .output("probabilities", network.probabilities())
                    .output("features", network.features())
                    .build();
            try (Session session = new Session(graph)) {
                fill(session, network.variables(), card.architecture(), tensors);
                SavedModelBundle.exporter(directory.toString())
                        .withSession(session)
                        .withSignature(signature)
                        .export();
            }
        }
        removeImportNodes(directory.resolve(GRAPH_FILE));
    }

    private static void fill(
            Session session, VariableStore variables, Architecture architecture, Function<String, float[]> tensors) {
        int next = 0;
        for (Convolution convolution : architecture.convolutions()) {
            FoldedConvolution folded = FoldedConvolution.of(convolution, tensors, architecture.batchNormEpsilon());
            variables.fill(session, next++, folded.filter());
            variables.fill(session, next++, folded.bias());
        }
        variables.fill(session, next++, tensors.apply("fc.weight"));
        variables.fill(session, next++, tensors.apply("fc.bias"));
        if (next != variables.size()) {
            throw new IllegalStateException("filled " + next + " of " + variables.size() + " variables");
        }
    }

    /** The saved graph is the model alone, without the nodes that filled its variables. */
    private static void removeImportNodes(Path file) throws IOException {
        SavedModel model;
        try (InputStream in = Files.newInputStream(file)) {
            model = SavedModel.parseFrom(in);
        }
        MetaGraphDef meta = model.getMetaGraphs(0);
        GraphDef.Builder graph = meta.getGraphDef().toBuilder().clearNode();
        meta.getGraphDef().getNodeList().stream()
                .filter(node -> !node.getName().startsWith(VariableStore.SCOPE + "/"))
                .forEach(graph::addNode);
        SavedModel cleaned = model.toBuilder()
                .setMetaGraphs(0, meta.toBuilder().setGraphDef(graph))
                .build();
        try (OutputStream out = Files.newOutputStream(file)) {
            cleaned.writeTo(out);
        }
    }
}
