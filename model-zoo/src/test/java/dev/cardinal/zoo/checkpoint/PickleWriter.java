package dev.cardinal.zoo.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes valid and hostile pickles, opcode by opcode. */
final class PickleWriter {
    /** The first pickle of a file of the legacy format. */
    static final String MAGIC = "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private String idEnd = "tQ";

    static PickleWriter pickle() {
        return new PickleWriter().raw("\u0080\u0002");
    }

    /** Starts a file of the legacy format: magic number, protocol and system information, before the object. */
    static PickleWriter legacy() {
        PickleWriter writer = new PickleWriter().raw(MAGIC).raw("\u0080\u0002M\u00e9\u0003.");
        writer.idEnd = "NtQ";
        return writer.raw("\u0080\u0002}").text("little_endian").raw("\u0088s.\u0080\u0002");
    }

    /** Adds opcodes and arguments as Latin-1. */
    PickleWriter raw(String latin1) {
        out.writeBytes(latin1.getBytes(ISO_8859_1));
        return this;
    }

    PickleWriter times(int count, String latin1) {
        return raw(latin1.repeat(count));
    }

    PickleWriter text(String value) {
        byte[] bytes = value.getBytes(UTF_8);
        raw("X").int32(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    PickleWriter number(long value) {
        raw("\u008a\b");
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            out.write((int) (value >> shift));
        }
        return this;
    }

    PickleWriter global(String module, String name) {
        return raw("c" + module + "\n" + name + "\n");
    }

    PickleWriter int32(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >> shift);
        }
        return this;
    }

    /** Adds a float32 storage with key 0. */
    PickleWriter storage(long elements) {
        return storage("FloatStorage", elements);
    }

    PickleWriter storage(String type, long elements) {
        return storage(type, "0", elements);
    }

    PickleWriter storage(String type, String key, long elements) {
        return raw("(").text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .raw(idEnd);
    }

    PickleWriter tuple(long... values) {
        raw("(");
        for (long value : values) {
            number(value);
        }
        return raw("t");
    }

    /** Adds a key and a float32 tensor in storage 0, for a SETITEM. */
    PickleWriter tensor(String name, long storageElements, long start, long[] shape, long[] strides) {
        return text(name)
                .global("torch._utils", "_rebuild_tensor_v2")
                .raw("(")
                .storage(storageElements)
                .number(start)
                .tuple(shape)
                .tuple(strides)
                .raw("\u0089NtR");
    }

    /** Adds eight bytes, the element count of the legacy format. */
    PickleWriter int64(long value) {
        return int32((int) value).int32((int) (value >> Integer.SIZE));
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    byte[] stop() {
        raw(".");
        return out.toByteArray();
    }
}
