package dev.cardinal.zoo.graph;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.Convolution;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.WeightedLayer;
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

/** Writes the network of a card with the weights of a checkpoint as a SavedModel. Stateless and thread-safe. */
public final class SavedModelWriter {
    private static final String PREDICT = "tensorflow/serving/predict";
    private static final String GRAPH_FILE = SavedModelSignatures.GRAPH_FILE;
    private static final long SCHEMA_VERSION = 1;

    private SavedModelWriter() {}

    /**
     * Builds the graph of {@code card} and writes {@code saved_model.pb} and {@code variables/} below
     * {@code directory}.
     *
     * <p>Signature {@code serving_default}: {@code image} uint8 [N, H, W, 3] to {@code logits} and
     * {@code probabilities} float32 [N, classes] and {@code features} float32 [N, D]. Only the weights of one layer are
     * in memory at a time.
     *
     * @param tensors returns a tensor of the checkpoint by name, row-major in PyTorch's layout; it is called once per
     *     tensor of the architecture, in the order of {@link Architecture#tensors}
     * @throws IOException if the directory cannot be written
     */
    public static void write(ModelCard card, Function<String, float[]> tensors, Path directory) throws IOException {
        TensorFlowRuntime.prepare(Runtime.getRuntime().availableProcessors());
        try (Graph graph = new Graph();
                TensorBundleWriter files = TensorBundleWriter.create(directory)) {
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
                .setTensorShape(TensorBundleWriter.shape(operand.shape()))
                .build();
    }

    private static void fill(
            TensorBundleWriter files,
            VariableBuilder variables,
            Architecture architecture,
            Function<String, float[]> tensors)
            throws IOException {
        Iterator<VariableBuilder.Spec> specs = variables.specs().iterator();
        double epsilon = architecture.batchNormEpsilon();
        for (WeightedLayer layer : architecture.weightedLayers()) {
            if (layer instanceof Convolution convolution) {
                FoldedConvolution folded = FoldedConvolution.of(convolution, tensors, epsilon);
                add(files, specs.next(), folded.filter());
                if (convolution.hasShift()) {
                    add(files, specs.next(), folded.bias());
                }
            } else {
                ScaleAndShift folded = ScaleAndShift.of(layer.name(), tensors, epsilon);
                add(files, specs.next(), folded.floatScale());
                add(files, specs.next(), folded.shift());
            }
        }
        add(files, specs.next(), tensors.apply("fc.weight"));
        add(files, specs.next(), tensors.apply("fc.bias"));
        if (specs.hasNext()) {
            throw new IllegalStateException("variable " + specs.next().name() + " has no values");
        }
    }

    private static void add(TensorBundleWriter files, VariableBuilder.Spec spec, float[] values) throws IOException {
        files.add(spec.name(), spec.shape(), values);
    }
}
