package dev.cardinal.udf.shard;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tf.train.Example}: named features, each a list of byte strings, floats or integers. Of two features with one name
 * the later counts.
 *
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/example/feature.proto">feature.proto</a>
 */
final class ExampleRecord {
    private static final int BYTES_LIST = 1;
    private static final int FLOAT_LIST = 2;
    private static final int INT64_LIST = 3;
    private static final int MAX_FEATURES = 10_000;

    private final Map<String, ProtoSlice> features = new LinkedHashMap<>();

    /** @throws DamageException if the bytes are none */
    ExampleRecord(byte[] record) throws DamageException {
        try {
            for (ProtoSlice list : slices(new ProtoSlice(record, 0, record.length), 1)) {
                for (ProtoSlice entry : slices(list, 1)) {
                    add(entry);
                }
            }
        } catch (IOException e) {
            throw broken(e);
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
            throw new DamageException("it has more than " + MAX_FEATURES + " features");
        }
    }

    /** Names of its features. */
    List<String> names() {
        return List.copyOf(features.keySet());
    }

    boolean has(String name) {
        return features.containsKey(name);
    }

    /** The byte strings of a feature; none where it holds other things. */
    List<ProtoSlice> bytes(String name) throws DamageException {
        try {
            List<ProtoSlice> values = new ArrayList<>();
            for (ProtoSlice list : slices(feature(name), BYTES_LIST)) {
                values.addAll(slices(list, 1));
            }
            return values;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** The first value of a feature as text, or null where it has none. */
    @Nullable
    String text(String name) throws DamageException {
        try {
            ProtoFields lists = feature(name).fields();
            String text = null;
            while (text == null && lists.next()) {
                text = lists.isSlice(BYTES_LIST) ? firstBytes(lists.slice()) : null;
                text = lists.isSlice(FLOAT_LIST) ? firstFloat(lists.slice()) : text;
                text = lists.isSlice(INT64_LIST) ? firstInteger(lists.slice()) : text;
            }
            return text;
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private ProtoSlice feature(String name) {
        return features.getOrDefault(name, ProtoSlice.EMPTY);
    }

    private static @Nullable String firstBytes(ProtoSlice list) throws IOException {
        ProtoFields values = list.fields();
        while (values.next()) {
            if (values.isSlice(1)) {
                return values.slice().text();
            }
        }
        return null;
    }

    private static @Nullable String firstFloat(ProtoSlice list) throws IOException {
        ProtoFields values = list.fields();
        while (values.next()) {
            if (values.isNumber(1)) {
                return String.valueOf(Float.intBitsToFloat((int) values.number()));
            }
            if (values.isSlice(1) && values.slice().length() > 0) {
                return String.valueOf(packed(values.slice()).readFloat());
            }
        }
        return null;
    }

    private static @Nullable String firstInteger(ProtoSlice list) throws IOException {
        ProtoFields values = list.fields();
        while (values.next()) {
            if (values.isNumber(1)) {
                return String.valueOf(values.number());
            }
            if (values.isSlice(1) && values.slice().length() > 0) {
                return String.valueOf(packed(values.slice()).readInt64());
            }
        }
        return null;
    }

    private static CodedInputStream packed(ProtoSlice values) {
        return CodedInputStream.newInstance(values.bytes(), values.from(), values.length());
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

    private static DamageException broken(IOException e) {
        return e instanceof DamageException damage
                ? damage
                : new DamageException("no tf.train.Example: " + e.getMessage());
    }
}
