package dev.cardinal.udf.image;

/** Converts YCCK to the CMYK that Adobe stores, in libjpeg's 16-bit fixed point (JFIF's YCbCr equations). */
final class YcckConversion {

    private static final int BITS = 16;
    private static final int HALF = 1 << (BITS - 1);

    private YcckConversion() {}

    /** Replaces Y, Cb and Cr of each pixel by C, M and Y as Adobe stores them, with 0 for full ink. */
    static void toCmyk(int[] row, int pixels) {
        for (int i = 0; i < pixels * 4; i += 4) {
            int y = row[i];
            int cb = row[i + 1] - 128;
            int cr = row[i + 2] - 128;
            int red = y + ((fixed(1.40200) * cr + HALF) >> BITS);
            int green = y + ((-fixed(0.34414) * cb - fixed(0.71414) * cr + HALF) >> BITS);
            int blue = y + ((fixed(1.77200) * cb + HALF) >> BITS);
            row[i] = 255 - clamp(red);
            row[i + 1] = 255 - clamp(green);
            row[i + 2] = 255 - clamp(blue);
        }
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << BITS) + 0.5);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(value, 255));
    }
}
