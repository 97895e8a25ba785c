package dev.cardinal.udf.image;

import java.util.Locale;

/**
 * The header of a PBM, PGM or PPM file (netpbm's format descriptions).
 *
 * @param kind the digit after the letter P, 1 to 6
 * @param maxValue the sample value that is white, 1 for a bitmap
 * @param dataAt offset of the pixels
 */
record PnmHeader(int kind, long width, long height, int maxValue, long dataAt) {

    private static final int MAX_TOKEN = 10;

    static PnmHeader read(ByteView file) throws BadImageException {
        int kind = file.u8(1) - '0';
        Tokens tokens = new Tokens(file, 3);
        long width = tokens.number();
        long height = tokens.number();
        long maxValue = kind == 1 || kind == 4 ? 1 : tokens.number();
        if (maxValue < 1 || maxValue > 65_535) {
            throw new BadImageException(
                    String.format(Locale.ROOT, "invalid maximum value %d: it must be 1 to 65535", maxValue));
        }
        return new PnmHeader(kind, width, height, (int) maxValue, tokens.at);
    }

    /** Whether the pixels are text. */
    boolean plain() {
        return kind <= 3;
    }

    boolean bitmap() {
        return kind == 1 || kind == 4;
    }

    int channels() {
        return kind == 3 || kind == 6 ? 3 : 1;
    }

    /** Numbers in text, separated by white space; comments reach from {@code #} to the end of the line. */
    static final class Tokens {

        private final ByteView file;
        private long at;

        Tokens(ByteView file, long at) {
            this.file = file;
            this.at = at;
        }

        /** Reads a number and the one white-space character after it. */
        long number() throws BadImageException {
            long value = 0;
            int digits = 0;
            while (true) {
                int c = at >= file.length() && digits > 0 ? ' ' : next();
                if (isSpace(c)) {
                    if (digits > 0) {
                        return value;
                    }
                } else if (c < '0' || c > '9' || ++digits > MAX_TOKEN) {
                    throw new BadImageException("not a number before byte " + at);
                } else {
                    value = 10 * value + c - '0';
                }
            }
        }

        /** Reads a digit 0 or 1; white space between digits is optional. */
        int bit() throws BadImageException {
            int c = next();
            while (isSpace(c)) {
                c = next();
            }
            if (c != '0' && c != '1') {
                throw new BadImageException("neither 0 nor 1 before byte " + at);
            }
            return c - '0';
        }

        private int next() throws BadImageException {
            int c = file.u8(at++);
            while (c == '#') {
                while (c != '\n' && c != '\r') {
                    c = file.u8(at++);
                }
                c = file.u8(at++);
            }
            return c;
        }

        private static boolean isSpace(int c) {
            return c == ' ' || (c >= '\t' && c <= '\r');
        }
    }
}
