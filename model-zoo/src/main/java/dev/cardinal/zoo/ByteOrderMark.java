package dev.cardinal.zoo;

/** The character U+FEFF, which Windows programs write at the beginning of UTF-8 texts. */
public final class ByteOrderMark {
    public static final char CHARACTER = '\uFEFF';

    private ByteOrderMark() {}

    /** Returns a text without the mark at its beginning, if it has one. */
    public static String removed(String text) {
        return !text.isEmpty() && text.charAt(0) == CHARACTER ? text.substring(1) : text;
    }
}
