package dev.cardinal.udf.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Copies a TIFF file with only the tags that the pixels of its first page need. A library that reads the copy cannot
 * fail because of another tag that is damaged, or because of a second page.
 */
final class TiffExcerpt {

    private static final int SHORT = 3;
    private static final int LONG = 4;

    /**
     * Tags of the image's layout, and of fax and JPEG. The coefficients and reference of YCbCr are not among them: JPEG
     * data have fixed ones.
     */
    private static final int[] TAGS = {
        256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 293, 317, 320, 322, 323, 338, 339, 347, 530, 531
    };

    private static final int JPEG_TABLES = 347;
    private static final int UNDEFINED = 7;

    private TiffExcerpt() {}

    static byte[] of(ByteView file, TiffDirectory tags, TiffLayout layout) throws BadImageException {
        Map<Integer, long[]> values = new TreeMap<>();
        for (int tag : TAGS) {
            if (tags.has(tag)) {
                values.put(tag, tags.values(tag));
            }
        }
        boolean tiled = values.containsKey(322);
        values.put(tiled ? 324 : 273, layout.offsets());
        values.put(tiled ? 325 : 279, lengths(file, layout));
        return write(file, layout.bigEndian(), values);
    }

    private static long[] lengths(ByteView file, TiffLayout layout) throws BadImageException {
        long[] lengths = Arrays.copyOf(layout.lengths(), layout.offsets().length);
        for (int i = 0; i < lengths.length; i++) {
            long offset = layout.offsets()[i];
            if (offset < 0 || offset >= file.length()) {
                throw BadImageException.prematureEnd(file.length());
            }
            long available = file.length() - offset;
            if (lengths[i] > available) {
                // A fax or JPEG strip has no length of its own: if its end is missing, it may be half a picture.
                throw BadImageException.prematureEnd(file.length());
            }
            lengths[i] = lengths[i] <= 0 ? available : lengths[i];
        }
        return lengths;
    }

    /** Appends a directory to the file, and lets the header point at it. */
    private static byte[] write(ByteView file, boolean bigEndian, Map<Integer, long[]> values) {
        int directoryAt = file.length() + (file.length() & 1);
        int valuesAt = directoryAt + 2 + 12 * values.size() + 4;
        int size = valuesAt
                + values.values().stream().mapToInt(list -> 4 * list.length + 4).sum();
        ByteBuffer out = ByteBuffer.wrap(Arrays.copyOf(file.bytes(), size))
                .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        out.putShort(2, (short) 42).putInt(4, directoryAt);
        out.position(directoryAt).putShort((short) values.size());
        for (Map.Entry<Integer, long[]> entry : values.entrySet()) {
            int tag = entry.getKey();
            long[] list = entry.getValue();
            int type = type(tag, list);
            int valueBytes = type == UNDEFINED ? 1 : type == SHORT ? 2 : 4;
            int length = valueBytes * list.length;
            out.putShort((short) tag).putShort((short) type);
            out.putInt(list.length);
            int at = length <= 4 ? out.position() : valuesAt;
            for (int i = 0; i < list.length; i++) {
                switch (type) {
                    case UNDEFINED -> out.put(at + i, (byte) list[i]);
                    case SHORT -> out.putShort(at + 2 * i, (short) list[i]);
                    default -> out.putInt(at + 4 * i, (int) list[i]);
                }
            }
            if (length > 4) {
                out.putInt(out.position(), valuesAt);
                valuesAt += length + (length & 1);
            }
            out.position(out.position() + 4);
        }
        return out.array();
    }

    private static int type(int tag, long[] values) {
        if (tag == JPEG_TABLES) {
            return UNDEFINED;
        }
        return Arrays.stream(values).allMatch(value -> value < 1 << 16) ? SHORT : LONG;
    }
}
