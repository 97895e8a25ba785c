package dev.cardinal.zoo.npz;

import dev.cardinal.zoo.CardinalException;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a {@code .npy} array in format version 1, 2 or 3: magic string, version, length, and a Python dict of
 * element type, order and shape (NumPy enhancement proposal 1).
 *
 * @param type the element type as NumPy writes it, such as {@code <f4}
 * @param shape sizes, outermost first
 * @param bytes number of bytes before the data, including the magic string
 */
record NpyHeader(String type, List<Integer> shape, int bytes) {
    private static final String MAGIC = "\u0093NUMPY";
    private static final int MAX_TEXT_BYTES = 10_000;
    private static final Pattern TEXT = Pattern.compile(
            "\\{ *'descr': *'([^']{1,20})', *'fortran_order': *(True|False), *'shape': *\\(([0-9, ]{0,200})\\),? *\\} *\\n?");

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Reads a header. The stream is then at the first element.
     *
     * @param name name of the array in error messages
     * @throws CardinalException if the header is invalid, or the array is in Fortran order
     */
    static NpyHeader read(String name, DataInputStream in) throws IOException {
        byte[] magic = in.readNBytes(MAGIC.length());
        if (!new String(magic, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
            throw CardinalException.input(name + " is not a NumPy array: it does not begin with \\x93NUMPY");
        }
        int version = in.readUnsignedByte();
        int minor = in.readUnsignedByte();
        if (version < 1 || version > 3 || minor != 0) {
            throw CardinalException.input(name + " has NumPy format version " + version + "." + minor
                    + "; supported are versions 1.0, 2.0 and 3.0");
        }
        int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
        long length = version == 1
                ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
                : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
        if (length > MAX_TEXT_BYTES) {
            throw CardinalException.input(
                    name + " has a header of " + length + " bytes; at most " + MAX_TEXT_BYTES + " are supported");
        }
        byte[] text = new byte[(int) length];
        in.readFully(text);
        return parse(name, new String(text, StandardCharsets.UTF_8), magic.length + 2 + lengthBytes + text.length);
    }

    private static NpyHeader parse(String name, String text, int bytes) {
        Matcher fields = TEXT.matcher(text);
        if (!fields.matches()) {
            throw CardinalException.input(
                    name + " has an invalid header: " + text.strip().replaceAll("\\p{Cntrl}", "?"));
        }
        if (fields.group(2).equals("True")) {
            throw CardinalException.input(name + " is in Fortran order; save numpy.ascontiguousarray(array) instead");
        }
        try {
            List<Integer> shape = Arrays.stream(fields.group(3).split(","))
                    .map(String::strip)
                    .filter(size -> !size.isEmpty())
                    .map(Integer::valueOf)
                    .toList();
            return new NpyHeader(fields.group(1), shape, bytes);
        } catch (NumberFormatException e) {
            throw CardinalException.input(name + " has the shape (" + fields.group(3) + "), which is too large", e);
        }
    }
}
