package dev.cardinal.udf.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.InflaterInputStream;

/** The keyword and text of a PNG chunk tEXt, zTXt or iTXt; an unreadable text is empty. */
record PngText(String keyword, String text) {

    /** Longer texts are not read, as in Pillow. */
    private static final int MAX_BYTES = 1 << 20;

    static PngText of(String type, byte[] data) {
        int keywordEnd = indexOfZero(data, 0);
        String keyword = latin1(data, 0, keywordEnd);
        int at = keywordEnd + 1;
        boolean compressed = type.equals("zTXt");
        if (type.equals("zTXt")) {
            at += 1;
        } else if (type.equals("iTXt")) {
            compressed = at < data.length && data[at] != 0;
            at = indexOfZero(data, at + 2) + 1;
            at = indexOfZero(data, at) + 1;
        }
        byte[] rest = at >= data.length ? new byte[0] : Arrays.copyOfRange(data, at, data.length);
        byte[] text = compressed ? inflate(rest) : rest;
        return new PngText(keyword, latin1(text, 0, text.length));
    }

    private static int indexOfZero(byte[] data, int from) {
        int at = Math.min(from, data.length);
        while (at < data.length && data[at] != 0) {
            at++;
        }
        return at;
    }

    private static String latin1(byte[] data, int from, int to) {
        return new String(data, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static byte[] inflate(byte[] compressed) {
        try (InputStream in = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
            return in.readNBytes(MAX_BYTES);
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
