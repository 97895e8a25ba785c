package dev.cardinal.udf.shard;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tf.train.Example}: named features, each a list of byte strings, floats or integers. If several features have
 * the same name, the last one is used.
 *
 * <p>TensorFlow's generated {@code org.tensorflow.proto.Example} is not used because it creates an object for every
 * feature and value before they can be counted: a hostile record of 16 MiB made it allocate 150 to 410 MB, even with
 * aliased byte strings.
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/example/feature.proto">feature.proto</a>
 */
final class ExampleRecord {
    private static final int BYTES_LIST = 1;
    private static final int FLOAT_LIST = 2;
    private static final int INT64_LIST = 3;
    /** Field of a {@code tf.train.SequenceExample} that an Example does not have. */
    private static final int FEATURE_LISTS = 2;

    private static final int MAX_FEATURES = 10_000;

    private final Map<String, ProtoSlice> features = new LinkedHashMap<>();
    private final boolean isSequence;

    /** @throws CorruptShardException if the bytes are not a {@code tf.train.Example}, or have too many features */
    ExampleRecord(byte[] record) throws CorruptShardException {
        try {
            ProtoSlice whole = new ProtoSlice(record, 0, record.length);
            isSequence = !slices(whole, FEATURE_LISTS).isEmpty();
            for (ProtoSlice list : slices(whole, 1)) {
                for (ProtoSlice entry : slices(list, 1)) {
                    add(entry);
                }
            }
        } catch (IOException e) {
            throw corrupt(e);
        }
    }

    private void add(ProtoSlice entry) throws IOException {
        String name = "";
        ProtoSlice feature = ProtoSlice.EMPTY;
        ProtoFields fields = entry.fields();
        while (fields.next()) {
            if (fields.isSlice(1)) {
                name = fields.slice().text();
            } else if (fields.isSlice(2)) {
                feature = fields.slice();
            }
        }
        features.put(name, feature);
        if (features.size() > MAX_FEATURES) {
            throw new CorruptShardException("the record has more than " + MAX_FEATURES + " features");
        }
    }

    /** Returns whether this is a {@code tf.train.SequenceExample}. */
    boolean isSequence() {
        return isSequence;
    }

    /** Returns the names of the features. */
    List<String> names() {
        return List.copyOf(features.keySet());
    }

    boolean has(String name) {
        return features.containsKey(name);
    }

    /** Returns the byte strings of a feature; empty if its values have another type. */
    List<ProtoSlice> bytes(String name) throws CorruptShardException {
        try {
            List<ProtoSlice> values = new ArrayList<>();
            for (ProtoSlice list : slices(feature(name), BYTES_LIST)) {
                values.addAll(slices(list, 1));
            }
            return values;
        } catch (IOException e) {
            throw corrupt(e);
        }
    }

    /** Returns the first value of a feature as text, or null if it has none. */
    @Nullable
    String text(String name) throws CorruptShardException {
        try {
            ProtoFields lists = feature(name).fields();
            String text = null;
            while (text == null && lists.next()) {
                for (int kind = BYTES_LIST; kind <= INT64_LIST; kind++) {
                    text = lists.isSlice(kind) ? firstValue(lists.slice(), kind) : text;
                }
            }
            return text;
        } catch (IOException e) {
            throw corrupt(e);
        }
    }

    private ProtoSlice feature(String name) {
        return features.getOrDefault(name, ProtoSlice.EMPTY);
    }

    private static @Nullable String firstValue(ProtoSlice list, int kind) throws IOException {
        ProtoFields values = list.fields();
        while (values.next()) {
            if (kind == BYTES_LIST && values.isSlice(1)) {
                return values.slice().text();
            }
            if (kind == FLOAT_LIST && values.isNumber(1)) {
                return String.valueOf(Float.intBitsToFloat((int) values.number()));
            }
            if (kind == INT64_LIST && values.isNumber(1)) {
                return String.valueOf(values.number());
            }
            if (values.isSlice(1) && values.slice().length() > 0) {
                CodedInputStream packed = values.slice().input();
                return kind == FLOAT_LIST ? String.valueOf(packed.readFloat()) : String.valueOf(packed.readInt64());
            }
        }
        return null;
    }

    private static List<ProtoSlice> slices(ProtoSlice message, int field) throws IOException {
        List<ProtoSlice> slices = new ArrayList<>();
        ProtoFields fields = message.fields();
        while (fields.next()) {
            if (fields.isSlice(field)) {
                slices.add(fields.slice());
            }
        }
        return slices;
    }

    private static CorruptShardException corrupt(IOException e) {
        return e instanceof CorruptShardException already
                ? already
                : new CorruptShardException("not a tf.train.Example: " + e.getMessage());
    }
}
