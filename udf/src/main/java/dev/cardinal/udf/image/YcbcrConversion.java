package dev.cardinal.udf.image;

/**
 * Converts YCbCr samples of a TIFF to RGB with the tables of libtiff's {@code TIFFYCbCrToRGBInit}, in its precision.
 * Immutable.
 */
final class YcbcrConversion {

    private static final int COEFFICIENTS = 529;
    private static final int REFERENCE_BLACK_WHITE = 532;
    private static final float[] USUAL_COEFFICIENTS = {0.299f, 0.587f, 0.114f};
    private static final float[] USUAL_REFERENCE = {0, 255, 128, 255, 128, 255};
    private static final int SHIFT = 16;
    private static final int HALF = 1 << (SHIFT - 1);
    private static final float LIMIT = 128 * 32;

    private final int[] luma = new int[256];
    private final int[] redOfCr = new int[256];
    private final int[] greenOfCr = new int[256];
    private final int[] greenOfCb = new int[256];
    private final int[] blueOfCb = new int[256];

    private YcbcrConversion(float[] coefficients, float[] reference) {
        float red = 2 - 2 * coefficients[0];
        float blue = 2 - 2 * coefficients[2];
        int d1 = fix(red);
        int d2 = -fix(coefficients[0] * red / coefficients[1]);
        int d3 = fix(blue);
        int d4 = -fix(coefficients[2] * blue / coefficients[1]);
        for (int i = 0; i < 256; i++) {
            int cr = value(i - 128, reference[4] - 128, reference[5] - 128, 127);
            int cb = value(i - 128, reference[2] - 128, reference[3] - 128, 127);
            redOfCr[i] = (d1 * cr + HALF) >> SHIFT;
            blueOfCb[i] = (d3 * cb + HALF) >> SHIFT;
            greenOfCr[i] = d2 * cr;
            greenOfCb[i] = d4 * cb + HALF;
            luma[i] = value(i, reference[0], reference[1], 255);
        }
    }

    static YcbcrConversion of(TiffDirectory tags) throws BadImageException {
        return new YcbcrConversion(
                ratios(tags, COEFFICIENTS, USUAL_COEFFICIENTS), ratios(tags, REFERENCE_BLACK_WHITE, USUAL_REFERENCE));
    }

    private static float[] ratios(TiffDirectory tags, int tag, float[] usual) throws BadImageException {
        long[] terms = tags.rationals(tag);
        if (terms.length < 2 * usual.length) {
            return usual;
        }
        float[] ratios = new float[usual.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = terms[2 * i + 1] == 0 ? 0 : (float) ((double) terms[2 * i] / terms[2 * i + 1]);
        }
        return ratios;
    }

    private static int fix(float factor) {
        float limited = Math.max(0, Math.min(2, factor));
        return (int) (limited * (1L << SHIFT) + 0.5);
    }

    private static int value(int code, float black, float white, int range) {
        float span = white - black == 0 ? 1 : white - black;
        float value = (code - (int) black) * (float) range / span;
        return (int) Math.max(-LIMIT, Math.min(LIMIT, value));
    }

    void convert(int y, int cb, int cr, byte[] rgb, int at) {
        rgb[at] = clamp(luma[y] + redOfCr[cr]);
        rgb[at + 1] = clamp(luma[y] + ((greenOfCb[cb] + greenOfCr[cr]) >> SHIFT));
        rgb[at + 2] = clamp(luma[y] + blueOfCb[cb]);
    }

    private static byte clamp(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
