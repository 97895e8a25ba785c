package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.Architecture;
import dev.cardinal.zoo.Convolution;
import dev.cardinal.zoo.ModelCard;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.function.Function;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** Writes a card's network, with the weights of a checkpoint, as a plain TensorFlow SavedModel. */
public final class SavedModelWriter {
    private static final String PREDICT = "tensorflow/serving/predict";
    private static final String GRAPH_FILE = SavedModelSignatures.GRAPH_FILE;
    private static final long SCHEMA_VERSION = 1;

    private SavedModelWriter() {}

    /**
     * Builds the graph of {@code card} and writes {@code saved_model.pb} and {@code variables/} below {@code directory}.
     *
     * <p>Signature {@code serving_default}: {@code image} uint8 [N, H, W, 3] to {@code logits} and {@code probabilities}
     * float32 [N, classes] and {@code features} float32 [N, D]. The weights of one layer are in memory at a time.
     *
     * @param tensors gives a checkpoint's tensor by name, row-major in PyTorch's layout; every tensor of the architecture is
     *     asked for once, in the order of {@link Architecture#tensors}
     * @throws IOException if the directory cannot be written
     */
    public static void write(ModelCard card, Function<String, float[]> tensors, Path directory) throws IOException {
        TensorFlowLog.applyLevel(Runtime.getRuntime().availableProcessors());
        try (Graph graph = new Graph();
                VariableFiles files = VariableFiles.create(directory)) {
            ResNetGraph network = new ResNetGraph(Ops.create(graph), card);
            MetaGraphDef model = MetaGraphDef.newBuilder()
                    .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addTags(SavedModelBundle.DEFAULT_TAG))
                    .setSaverDef(network.variables().saver())
                    .setGraphDef(graph.toGraphDef())
                    .putSignatureDef(Signature.DEFAULT_KEY, signature(network))
                    .build();
            fill(files, network.variables(), card.architecture(), tensors);
            files.finish();
            try (OutputStream out = Files.newOutputStream(directory.resolve(GRAPH_FILE))) {
                SavedModel.newBuilder()
                        .setSavedModelSchemaVersion(SCHEMA_VERSION)
                        .addMetaGraphs(model)
                        .build()
                        .writeTo(out);
            }
        }
    }

    private static SignatureDef signature(ResNetGraph network) {
        return SignatureDef.newBuilder()
                .setMethodName(PREDICT)
                .putInputs("image", tensor(network.image()))
                .putOutputs("logits", tensor(network.logits()))
                .putOutputs("probabilities", tensor(network.probabilities()))
                .putOutputs("features", tensor(network.features()))
                .build();
    }

    private static TensorInfo tensor(Operand<?> operand) {
        return TensorInfo.newBuilder()
                .setName(operand.op().name() + ":" + operand.asOutput().index())
                .setDtype(operand.asOutput().dataType())
                .setTensorShape(VariableFiles.shape(operand.shape()))
                .build();
    }

    private static void fill(
            VariableFiles files, VariableStore variables, Architecture architecture, Function<String, float[]> tensors)
            throws IOException {
        Iterator<VariableStore.Slot> slots = variables.slots().iterator();
        for (Convolution convolution : architecture.convolutions()) {
            FoldedConvolution folded = FoldedConvolution.of(convolution, tensors, architecture.batchNormEpsilon());
            add(files, slots.next(), folded.filter());
            add(files, slots.next(), folded.bias());
        }
        add(files, slots.next(), tensors.apply("fc.weight"));
        add(files, slots.next(), tensors.apply("fc.bias"));
        if (slots.hasNext()) {
            throw new IllegalStateException("variable " + slots.next().name() + " is not filled");
        }
    }

    private static void add(VariableFiles files, VariableStore.Slot slot, float[] values) throws IOException {
        files.add(slot.name(), slot.shape(), values);
    }
}
