package dev.cardinal.job.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cardinal.zoo.MaskedCrc32c;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;

/**
 * Writes a shard as TFRecord: records of {@code tf.train.Example}, each with its length and two masked CRC32C checksums, as
 * {@code tensorflow/core/lib/io/record_writer.h} defines it. The only class of this module that uses TensorFlow: for its protobuf
 * messages.
 */
final class TfRecordShardWriter implements ShardWriter {
    private final OutputStream out;

    TfRecordShardWriter(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(WrittenSample sample) throws IOException {
        byte[] record = example(sample).toByteArray();
        byte[] length = littleEndian(Long.BYTES).putLong(record.length).array();
        out.write(length);
        out.write(checksum(length));
        out.write(record);
        out.write(checksum(record));
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] checksum(byte[] bytes) {
        MaskedCrc32c checksum = new MaskedCrc32c();
        checksum.update(bytes, bytes.length);
        return littleEndian(Integer.BYTES).putInt(checksum.masked()).array();
    }

    private static Example example(WrittenSample sample) {
        List<SampleClass> classes = sample.classes();
        Features.Builder features = Features.newBuilder()
                .putFeature("image/encoded", bytes(List.of(UnsafeByteOperations.unsafeWrap(sample.image()))))
                .putFeature("image/format", text(sample.extension()))
                .putFeature("image/key", text(sample.key()))
                .putFeature("image/path", text(sample.path()))
                .putFeature("image/sha256", text(sample.sha256()))
                .putFeature("image/class/label", integers(List.of((long)
                        sample.first().index())))
                .putFeature("image/class/text", text(sample.first().label()))
                .putFeature("image/classes/label", integers(all(classes, each -> (long) each.index())))
                .putFeature("image/classes/score", floats(all(classes, SampleClass::score)))
                .putFeature("image/classes/weight", floats(all(classes, each -> (float) each.weight())))
                .putFeature("image/classes/rank", integers(all(classes, SampleClass::rank)));
        TrainingSample.Soft soft = sample.sample().soft();
        if (soft != null) {
            FloatList.Builder probabilities = FloatList.newBuilder();
            for (float probability : soft.probabilities()) {
                probabilities.addValue(probability);
            }
            features.putFeature(
                    "image/soft/probability",
                    Feature.newBuilder().setFloatList(probabilities).build());
            if (soft.classes() != null) {
                Int64List.Builder indices = Int64List.newBuilder();
                for (int index : soft.classes()) {
                    indices.addValue(index);
                }
                features.putFeature(
                        "image/soft/label",
                        Feature.newBuilder().setInt64List(indices).build());
            }
        }
        return Example.newBuilder().setFeatures(features).build();
    }

    private static <T> List<T> all(List<SampleClass> classes, Function<SampleClass, T> value) {
        return classes.stream().map(value).toList();
    }

    private static Feature text(String text) {
        return bytes(List.of(ByteString.copyFromUtf8(text)));
    }

    private static Feature bytes(List<ByteString> values) {
        return Feature.newBuilder()
                .setBytesList(BytesList.newBuilder().addAllValue(values))
                .build();
    }

    private static Feature integers(List<Long> values) {
        return Feature.newBuilder()
                .setInt64List(Int64List.newBuilder().addAllValue(values))
                .build();
    }

    private static Feature floats(List<Float> values) {
        return Feature.newBuilder()
                .setFloatList(FloatList.newBuilder().addAllValue(values))
                .build();
    }

    @Override
    public void finish() throws IOException {
        out.flush();
    }
}
