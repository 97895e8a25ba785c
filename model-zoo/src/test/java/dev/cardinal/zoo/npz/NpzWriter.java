package dev.cardinal.zoo.npz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes valid and invalid {@code .npz} files. */
public final class NpzWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(bytes);

    public NpzWriter uint8(String name, byte[] values, int... shape) {
        return array(name, dict("|u1", shape), values);
    }

    public NpzWriter float32(String name, float[] values, int... shape) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return array(name, dict("<f4", shape), buffer.array());
    }

    static String dict(String type, int... shape) {
        String sizes = Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    }

    NpzWriter array(String name, String dict, byte[] data) {
        byte[] text = (dict + "\n").getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        header.putShort((short) text.length).put(text);
        return entry(name + ".npy", concat(header.array(), data), ZipEntry.STORED);
    }

    NpzWriter entry(String name, byte[] content, int method) {
        try {
            ZipEntry entry = new ZipEntry(name);
            entry.setMethod(method);
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setSize(content.length);
            entry.setCrc(crc.getValue());
            zip.putNextEntry(entry);
            zip.write(content);
            zip.closeEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    byte[] bytes() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }
}
