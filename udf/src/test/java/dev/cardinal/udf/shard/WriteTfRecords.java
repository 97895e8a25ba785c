package dev.cardinal.udf.shard;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.data.DatasetToTfRecord;
import org.tensorflow.op.data.TensorSliceDataset;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;
import org.tensorflow.types.TString;

/**
 * Makes {@code pictures.tfrecord} and {@code pictures.tfrecord.gz} with TensorFlow's own writer, the op {@code
 * DatasetToTFRecord}, and TensorFlow's own {@code tf.train.Example}.
 *
 * <p>Run from the udf module with the test class path: {@code WriteTfRecords src/test/resources/dev/cardinal/udf}. The
 * images in them: {@code cd src/test/resources/dev/cardinal/udf/image/images && sha256sum one_pixel.png grey_1_bit.png
 * palette_1_bit.png lossless_one_pixel.webp > ../../shard/pictures.sha256}
 */
final class WriteTfRecords {
    private WriteTfRecords() {}

    public static void main(String[] arguments) throws IOException {
        Path resources = Path.of(arguments[0]);
        Path pictures = resources.resolve("image/images");
        List<Example> examples = List.of(
                example(pictures, "one_pixel.png", "image/class/text", bytes("tench")),
                example(pictures, "grey_1_bit.png", "image/class/label", integers(7, 8)),
                example(pictures, "palette_1_bit.png", "image/class/label", floats(1.5f)),
                example(pictures, "lossless_one_pixel.webp", "width", integers(1)));
        write(examples, resources.resolve("shard/pictures.tfrecord"), "");
        write(examples, resources.resolve("shard/pictures.tfrecord.gz"), "GZIP");
    }

    private static Example example(Path pictures, String name, String field, Feature value) throws IOException {
        ByteString picture = ByteString.copyFrom(Files.readAllBytes(pictures.resolve(name)));
        return Example.newBuilder()
                .setFeatures(Features.newBuilder()
                        .putFeature("image/filename", bytes(name))
                        .putFeature(
                                "image/encoded",
                                Feature.newBuilder()
                                        .setBytesList(BytesList.newBuilder().addValue(picture))
                                        .build())
                        .putFeature(field, value))
                .build();
    }

    private static Feature bytes(String text) {
        return Feature.newBuilder()
                .setBytesList(BytesList.newBuilder().addValue(ByteString.copyFromUtf8(text)))
                .build();
    }

    private static Feature integers(long... values) {
        Int64List.Builder list = Int64List.newBuilder();
        for (long value : values) {
            list.addValue(value);
        }
        return Feature.newBuilder().setInt64List(list).build();
    }

    private static Feature floats(float value) {
        return Feature.newBuilder()
                .setFloatList(FloatList.newBuilder().addValue(value))
                .build();
    }

    private static void write(List<Example> examples, Path file, String compression) {
        List<byte[]> records = new ArrayList<>();
        examples.forEach(example -> records.add(example.toByteArray()));
        try (Graph graph = new Graph();
                TString values = TString.tensorOfBytes(NdArrays.vectorOfObjects(records.toArray(byte[][]::new)))) {
            Ops tf = Ops.create(graph);
            Operand<TString> placeholder = tf.placeholder(TString.class);
            TensorSliceDataset slices =
                    TensorSliceDataset.create(tf.scope(), List.of(placeholder), List.of(Shape.scalar()));
            DatasetToTfRecord writer = DatasetToTfRecord.create(
                    tf.scope(), slices, tf.constant(file.toString()), tf.constant(compression));
            try (Session session = new Session(graph)) {
                Output<TString> fed = placeholder.asOutput();
                session.runner().feed(fed, values).addTarget(writer.op()).run().close();
            }
        }
    }
}
