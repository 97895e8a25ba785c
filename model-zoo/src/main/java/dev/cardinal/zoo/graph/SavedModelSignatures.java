package dev.cardinal.zoo.graph;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.ServingSignature;
import dev.cardinal.zoo.serving.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Reads the signatures of a SavedModel from its {@code saved_model.pb}, without TensorFlow's native library and without
 * the graph, which can contain gigabytes of constants. Stateless and thread-safe.
 */
public final class SavedModelSignatures {
    /** Path of the graph below the model's directory. */
    public static final String GRAPH_FILE = "saved_model.pb";

    private static final int TYPE_PREFIX = "DT_".length();

    private SavedModelSignatures() {}

    /**
     * Reads the signatures of the serving graph from a stream, to its end. Does not close the stream.
     *
     * @param name name of the file in error messages
     * @throws CardinalException if the file is not a SavedModel, or has no serving graph
     * @throws IOException if the stream fails
     */
    public static List<ServingSignature> read(String name, InputStream in) throws IOException {
        List<MetaGraphDef> graphs;
        try {
            graphs = graphs(CodedInputStream.newInstance(in));
        } catch (InvalidProtocolBufferException e) {
            throw CardinalException.model(name + " is corrupt or not a SavedModel: " + e.getMessage(), e);
        }
        List<List<String>> tags = graphs.stream()
                .map(graph -> List.copyOf(graph.getMetaInfoDef().getTagsList()))
                .toList();
        int serving = tags.indexOf(List.of(SavedModelBundle.DEFAULT_TAG));
        if (serving < 0) {
            throw CardinalException.model(name + " has no graph with the only tag '" + SavedModelBundle.DEFAULT_TAG
                    + "', but graphs with the tags " + tags + "; export the model for serving");
        }
        List<ServingSignature> signatures = new ArrayList<>();
        new TreeMap<>(graphs.get(serving).getSignatureDefMap())
                .forEach((key, signature) -> signatures.add(signature(key, signature)));
        return List.copyOf(signatures);
    }

    private static List<MetaGraphDef> graphs(CodedInputStream in) throws IOException {
        List<MetaGraphDef> graphs = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == SavedModel.META_GRAPHS_FIELD_NUMBER) {
                int outer = in.pushLimit(in.readRawVarint32());
                graphs.add(withoutGraph(in));
                in.popLimit(outer);
            } else {
                in.skipField(tag);
            }
        }
        return graphs;
    }

    private static MetaGraphDef withoutGraph(CodedInputStream in) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(kept);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int field = WireFormat.getTagFieldNumber(tag);
            if (field == MetaGraphDef.META_INFO_DEF_FIELD_NUMBER || field == MetaGraphDef.SIGNATURE_DEF_FIELD_NUMBER) {
                out.writeBytes(field, in.readBytes());
            } else {
                in.skipField(tag);
            }
        }
        out.flush();
        return MetaGraphDef.parseFrom(kept.toByteArray());
    }

    private static ServingSignature signature(String key, SignatureDef signature) {
        return new ServingSignature(key, specs(signature.getInputsMap()), specs(signature.getOutputsMap()));
    }

    private static SortedMap<String, TensorSpec> specs(Map<String, TensorInfo> tensors) {
        SortedMap<String, TensorSpec> specs = new TreeMap<>();
        tensors.forEach((key, tensor) -> specs.put(key, spec(tensor)));
        return specs;
    }

    private static TensorSpec spec(TensorInfo tensor) {
        TensorShapeProto shape = tensor.getTensorShape();
        List<Long> sizes = shape.getUnknownRank()
                ? null
                : shape.getDimList().stream().map(TensorShapeProto.Dim::getSize).toList();
        // a sparse tensor has no name itself, only its parts have names
        String type = tensor.hasName() ? type(tensor) : "sparse " + type(tensor);
        return new TensorSpec(type, sizes);
    }

    private static String type(TensorInfo tensor) {
        return tensor.getDtype().name().substring(TYPE_PREFIX).toLowerCase(Locale.ROOT);
    }
}
