package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Torch7Value.Bool;
import dev.cardinal.zoo.checkpoint.Torch7Value.Fields;
import dev.cardinal.zoo.checkpoint.Torch7Value.Instance;
import dev.cardinal.zoo.checkpoint.Torch7Value.Nil;
import dev.cardinal.zoo.checkpoint.Torch7Value.Num;
import dev.cardinal.zoo.checkpoint.Torch7Value.Storage;
import dev.cardinal.zoo.checkpoint.Torch7Value.Table;
import dev.cardinal.zoo.checkpoint.Torch7Value.Tensor;
import dev.cardinal.zoo.checkpoint.Torch7Value.Text;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of Torch7's binary serialization (little-endian, 64-bit longs).
 *
 * <p>Layout: {@code torch7/File.lua}. Functions are refused; objects, depth and strings are bounded. One instance reads one file. Not
 * thread-safe.
 */
final class Torch7Reader {
    /** Tags are 0 to 8; a file has no other mark than that it begins with one. */
    static final int LAST_TAG = 8;

    static final int TABLE_TAG = 3;

    private static final int MAX_VALUES = 2_000_000;
    private static final int MAX_DEPTH = 200;
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final int MAX_NAME_BYTES = 256;
    private static final Pattern RAW =
            Pattern.compile("torch\\.(Cuda)?(Double|Float|Half|Long|Int|Short|Char|Byte|)(Tensor|Storage)");

    private final ByteCursor in;
    private final Origin origin;
    private final Map<Integer, Torch7Value> objects = new HashMap<>();
    private int values;

    Torch7Reader(ByteCursor in) {
        this.in = in;
        this.origin = in.file().origin();
    }

    /** @throws CardinalException if the file is damaged, too deep, or holds a function */
    Torch7Value read() {
        return value(0);
    }

    private Torch7Value value(int depth) {
        long at = in.position();
        if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
            throw origin.damaged(
                    at, "it nests deeper than " + MAX_DEPTH + " or has more than " + MAX_VALUES + " values");
        }
        int tag = in.int32();
        return switch (tag) {
            case 0 -> Nil.NIL;
            case 1 -> new Num(in.float64());
            case 2 -> new Text(text(MAX_TEXT_BYTES));
            case TABLE_TAG -> table(depth);
            case 4 -> instance(depth, at);
            case 5 -> new Bool(in.int32() != 0);
            case 6, 7, LAST_TAG ->
                throw origin.refused(
                        at, "it holds a Lua function, which is a program", "save the network after model:clearState()");
            default -> throw origin.damaged(at, "type tag " + tag + " is not one of 0 to " + LAST_TAG);
        };
    }

    private String text(int most) {
        long at = in.position();
        int length = in.int32();
        if (length < 0 || length > most) {
            throw origin.damaged(at, "a string of " + length + " bytes is longer than " + most);
        }
        return in.text(length, StandardCharsets.ISO_8859_1);
    }

    private Torch7Value table(int depth) {
        int index = in.int32();
        Torch7Value known = objects.get(index);
        if (known != null) {
            return known;
        }
        Table table = new Table();
        objects.put(index, table);
        long at = in.position();
        int count = in.int32();
        if (count < 0) {
            throw origin.damaged(at, "a table has " + count + " entries");
        }
        for (int i = 0; i < count; i++) {
            Torch7Value key = value(depth + 1);
            if (key == Nil.NIL) {
                throw origin.damaged(at, "a table has nil as a key");
            }
            table.entries.put(key, value(depth + 1));
        }
        return table;
    }

    private Torch7Value instance(int depth, long at) {
        int index = in.int32();
        Torch7Value known = objects.get(index);
        if (known != null) {
            return known;
        }
        String first = text(MAX_NAME_BYTES);
        boolean versioned = first.matches("V \\d{1,9}");
        int version = versioned ? Integer.parseInt(first.substring(2)) : 0;
        Instance instance = new Instance(versioned ? text(MAX_NAME_BYTES) : first, version, at);
        objects.put(index, instance);
        Matcher raw = RAW.matcher(instance.className);
        ElementType type = raw.matches() ? elementType(raw.group(1), raw.group(2)) : null;
        if (type == null) {
            instance.complete(fields(instance, depth));
        } else if (raw.group(3).equals("Storage")) {
            instance.complete(storage(type));
        } else {
            instance.complete(tensor(type, depth));
        }
        return instance;
    }

    private static @Nullable ElementType elementType(@Nullable String cuda, String name) {
        return switch (name) {
            case "Double" -> ElementType.FLOAT64;
            case "Float" -> ElementType.FLOAT32;
            case "Half" -> ElementType.FLOAT16;
            case "Long" -> ElementType.INT64;
            case "Int" -> ElementType.INT32;
            case "Short" -> ElementType.INT16;
            case "Char" -> ElementType.INT8;
            case "Byte" -> ElementType.UINT8;
            default -> cuda == null ? null : ElementType.FLOAT32;
        };
    }

    private Fields fields(Instance instance, int depth) {
        if (value(depth + 1) instanceof Table table) {
            return new Fields(table);
        }
        throw origin.refused(
                instance.offset,
                "an object of class " + instance.className + " is not written as a table of fields",
                "save the network after model:clearState()");
    }

    private Storage storage(ElementType type) {
        long at = in.position();
        long elements = in.int64();
        if (elements < 0 || elements > in.remaining() / type.bytes()) {
            throw origin.damaged(
                    at, "a storage of " + elements + " elements is larger than the file's remaining bytes");
        }
        Storage storage = new Storage(type, in.position(), elements);
        in.skip(elements * type.bytes());
        return storage;
    }

    private Tensor tensor(ElementType type, int depth) {
        long at = in.position();
        int dimensions = in.int32();
        if (dimensions < 0 || dimensions > TensorInfo.MAX_DIMENSIONS) {
            throw origin.damaged(at, "a tensor has " + dimensions + " dimensions");
        }
        List<Long> shape = longs(dimensions);
        List<Long> strides = longs(dimensions);
        long offset = in.int64();
        Torch7Value storage = value(depth + 1);
        if (dimensions == 0 || storage == Nil.NIL) {
            return new Tensor(type, List.of(0L), List.of(1L), 0, null);
        }
        if (!(storage instanceof Instance instance)
                || !(instance.body() instanceof Storage stored)
                || stored.type() != type) {
            throw origin.damaged(at, "a tensor of " + type + " has no storage of " + type);
        }
        if (offset < 1) {
            throw origin.damaged(at, "a tensor has offset " + offset + ", the first is 1");
        }
        return new Tensor(type, shape, strides, offset - 1, stored);
    }

    private List<Long> longs(int count) {
        List<Long> longs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            longs.add(in.int64());
        }
        return List.copyOf(longs);
    }
}
