package dev.cardinal.zoo.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.serving.ServingSignature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

class SavedModelSignaturesTest {
    @Test
    void signaturesOfTheServingGraphAreRead() throws IOException {
        SavedModel model = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(graph(List.of("train"), "wrong", SignatureDef.getDefaultInstance()))
                .addMetaGraphs(graph(
                        List.of("serve"),
                        "predict",
                        SignatureDef.newBuilder()
                                .putInputs("x", tensor(DataType.DT_FLOAT, shape(-1, 224, 224, 3)))
                                .putInputs("any", tensor(DataType.DT_UINT8, unknown()))
                                .putOutputs("y", tensor(DataType.DT_HALF, shape(-1, 10)))
                                .putOutputs(
                                        "s",
                                        TensorInfo.newBuilder()
                                                .setDtype(DataType.DT_FLOAT)
                                                .setCooSparse(TensorInfo.CooSparse.getDefaultInstance())
                                                .build())
                                .build()))
                .build();

        List<ServingSignature> signatures = read(model.toByteArray());

        assertThat(signatures)
                .extracting(ServingSignature::toString)
                .containsExactly("signature predict: inputs any uint8 of any shape, x float [?, 224, 224, 3];"
                        + " outputs s sparse float [], y half [?, 10]");
    }

    @Test
    void modelWithoutAServingGraphIsRejected() {
        SavedModel model = SavedModel.newBuilder()
                .addMetaGraphs(graph(List.of("train"), "a", SignatureDef.getDefaultInstance()))
                .addMetaGraphs(graph(List.of("serve", "tpu"), "a", SignatureDef.getDefaultInstance()))
                .build();

        assertThatThrownBy(() -> read(model.toByteArray()))
                .isInstanceOf(CardinalException.class)
                .hasMessage("m/saved_model.pb has no graph with the only tag 'serve', but graphs with the tags"
                        + " [[train], [serve, tpu]]; export the model for serving");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 1_000_000})
    void truncatedModelIsRejected(int missing) {
        byte[] whole = SavedModel.newBuilder()
                .addMetaGraphs(graph(List.of("serve"), "a", SignatureDef.getDefaultInstance()))
                .build()
                .toByteArray();

        assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length - missing)))
                .isInstanceOf(CardinalException.class)
                .hasMessageContaining("m/saved_model.pb is corrupt or not a SavedModel");
    }

    private static List<ServingSignature> read(byte[] file) throws IOException {
        return SavedModelSignatures.read("m/saved_model.pb", new ByteArrayInputStream(file));
    }

    /** Creates a graph with two megabytes of constants before the signature. */
    private static MetaGraphDef graph(List<String> tags, String key, SignatureDef signature) {
        NodeDef constant = NodeDef.newBuilder()
                .putAttr(
                        "value",
                        AttrValue.newBuilder()
                                .setS(ByteString.copyFrom(new byte[2 << 20]))
                                .build())
                .build();
        return MetaGraphDef.newBuilder()
                .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder().addAllTags(tags))
                .setGraphDef(GraphDef.newBuilder().addNode(constant))
                .putSignatureDef(key, signature)
                .build();
    }

    private static TensorInfo tensor(DataType type, TensorShapeProto shape) {
        return TensorInfo.newBuilder()
                .setName("node:0")
                .setDtype(type)
                .setTensorShape(shape)
                .build();
    }

    private static TensorShapeProto shape(long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        Arrays.stream(sizes)
                .forEach(size -> shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size)));
        return shape.build();
    }

    private static TensorShapeProto unknown() {
        return TensorShapeProto.newBuilder().setUnknownRank(true).build();
    }
}
