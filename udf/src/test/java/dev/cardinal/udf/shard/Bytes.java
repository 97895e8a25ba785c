package dev.cardinal.udf.shard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;

/** Makes small parts of shards, to be combined in ways that no writer would. */
final class Bytes {
    private static final int BLOCK = 512;

    private Bytes() {}

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Returns a regular member of a tar archive. */
    static byte[] tarMember(String name, byte[] content) {
        return tarMember(name, content, '0');
    }

    static byte[] tarMember(String name, byte[] content, char type) {
        byte[] padded = Arrays.copyOf(content, (content.length + BLOCK - 1) / BLOCK * BLOCK);
        return concat(tarHeader(name, content.length, type), padded);
    }

    static byte[] tarHeader(String name, long size, char type) {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 124, String.format(Locale.ROOT, "%011o", size));
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0", sum));
        return header;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = utf8(text);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    /** Returns a record of a TFRecord file. */
    static byte[] record(byte[] data) {
        return concat(recordHeader(data.length), data, maskedCrc(data));
    }

    static byte[] recordHeader(long length) {
        byte[] bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .array();
        return concat(bytes, maskedCrc(bytes));
    }

    private static byte[] maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(masked)
                .array();
    }
}
