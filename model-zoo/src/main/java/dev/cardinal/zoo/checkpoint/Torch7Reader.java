package dev.cardinal.zoo.checkpoint;

import dev.cardinal.zoo.CardinalException;
import dev.cardinal.zoo.checkpoint.Torch7Value.Fields;
import dev.cardinal.zoo.checkpoint.Torch7Value.Instance;
import dev.cardinal.zoo.checkpoint.Torch7Value.LuaBool;
import dev.cardinal.zoo.checkpoint.Torch7Value.LuaTable;
import dev.cardinal.zoo.checkpoint.Torch7Value.LuaText;
import dev.cardinal.zoo.checkpoint.Torch7Value.Nil;
import dev.cardinal.zoo.checkpoint.Torch7Value.Num;
import dev.cardinal.zoo.checkpoint.Torch7Value.TorchStorage;
import dev.cardinal.zoo.checkpoint.Torch7Value.TorchTensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads Torch7's binary serialization (little-endian, 64-bit longs).
 *
 * <p>Layout: {@code torch7/File.lua}. Functions are refused; the numbers of values and levels and the length of strings
 * are limited. One instance reads one file. Not thread-safe.
 */
final class Torch7Reader {
    /** The largest type tag. Tags are 0 to 8, and the tag at the beginning of a file is its only mark. */
    static final int LAST_TAG = 8;

    static final int TABLE_TAG = 3;

    private static final int MAX_VALUES = 2_000_000;
    private static final int MAX_DEPTH = 200;
    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final int MAX_NAME_BYTES = 256;
    private static final Pattern RAW =
            Pattern.compile("torch\\.(Cuda)?(Double|Float|Half|Long|Int|Short|Char|Byte|)(Tensor|Storage)");

    private final ByteCursor in;
    private final CheckpointErrors errors;
    private final Map<Integer, Torch7Value> objects = new HashMap<>();
    private int values;

    Torch7Reader(ByteCursor in) {
        this.in = in;
        this.errors = in.file().errors();
    }

    /** @throws CardinalException if the file is corrupt, is nested too deeply, or contains a function */
    Torch7Value read() {
        return value(0);
    }

    private Torch7Value value(int depth) {
        long at = in.position();
        if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
            throw errors.corrupt(
                    at, "the file is nested deeper than " + MAX_DEPTH + " or has more than " + MAX_VALUES + " values");
        }
        int tag = in.int32();
        return switch (tag) {
            case 0 -> Nil.NIL;
            case 1 -> new Num(in.float64());
            case 2 -> new LuaText(text(MAX_TEXT_BYTES));
            case TABLE_TAG -> table(depth);
            case 4 -> instance(depth, at);
            case 5 -> new LuaBool(in.int32() != 0);
            case 6, 7, LAST_TAG ->
                throw errors.refused(
                        at, "the file contains a Lua function, a program", "save the network after model:clearState()");
            default -> throw errors.corrupt(at, "type tag " + tag + " is not one of 0 to " + LAST_TAG);
        };
    }

    private String text(int most) {
        long at = in.position();
        int length = in.int32();
        if (length < 0 || length > most) {
            throw errors.corrupt(at, "a string has " + length + " bytes, but at most " + most + " are allowed");
        }
        return in.text(length, StandardCharsets.ISO_8859_1);
    }

    private Torch7Value table(int depth) {
        int index = in.int32();
        Torch7Value known = objects.get(index);
        if (known != null) {
            return known;
        }
        LuaTable table = new LuaTable();
        objects.put(index, table);
        long at = in.position();
        int count = in.int32();
        if (count < 0) {
            throw errors.corrupt(at, "a table has " + count + " entries");
        }
        for (int i = 0; i < count; i++) {
            Torch7Value key = value(depth + 1);
            if (key == Nil.NIL) {
                throw errors.corrupt(at, "a table has nil as a key");
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
        if (value(depth + 1) instanceof LuaTable table) {
            return new Fields(table);
        }
        throw errors.refused(
                instance.offset,
                "an object of class " + instance.className + " is not stored as a table of fields",
                "save the network after model:clearState()");
    }

    private TorchStorage storage(ElementType type) {
        long at = in.position();
        long elements = in.int64();
        if (elements < 0 || elements > in.remaining() / type.bytes()) {
            throw errors.corrupt(at, "a storage of " + elements + " elements is larger than the rest of the file");
        }
        TorchStorage storage = new TorchStorage(type, in.position(), elements);
        in.skip(elements * type.bytes());
        return storage;
    }

    private TorchTensor tensor(ElementType type, int depth) {
        long at = in.position();
        int dimensions = in.int32();
        if (dimensions < 0 || dimensions > TensorInfo.MAX_DIMENSIONS) {
            throw errors.corrupt(at, "a tensor has " + dimensions + " dimensions");
        }
        List<Long> shape = longs(dimensions);
        List<Long> strides = longs(dimensions);
        long offset = in.int64();
        Torch7Value storage = value(depth + 1);
        if (dimensions == 0 || storage == Nil.NIL) {
            return new TorchTensor(type, List.of(0L), List.of(1L), 0, null);
        }
        if (!(storage instanceof Instance instance)
                || !(instance.body() instanceof TorchStorage stored)
                || stored.type() != type) {
            throw errors.corrupt(at, "a tensor of " + type + " has no storage of " + type);
        }
        if (offset < 1) {
            throw errors.corrupt(at, "a tensor has offset " + offset + ", but offsets begin at 1");
        }
        return new TorchTensor(type, shape, strides, offset - 1, stored);
    }

    private List<Long> longs(int count) {
        List<Long> longs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            longs.add(in.int64());
        }
        return List.copyOf(longs);
    }
}
