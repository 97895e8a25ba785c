package dev.cardinal.udf.image;

/** The horizontal pass of the resize on one row, unrolled for the few taps that nearly all images need. */
final class RowScaling {

    private static final int BITS = PillowWeights.PRECISION_BITS;
    private static final int HALF = 1 << (BITS - 1);

    private RowScaling() {}

    /** Scales a row of the source; writes three values from 0 to 255 per column to {@code into} from {@code at}. */
    static void scale(Pixels source, int row, PillowWeights columns, int[] into, int at) {
        int rowAt = row * source.width() * 3;
        switch (columns.overshoots ? 0 : columns.taps) {
            case 2 -> scale2(source.rgb(), rowAt, columns.first, columns.weights, into, at);
            case 3 -> scale3(source.rgb(), rowAt, columns.first, columns.weights, into, at);
            case 4 -> scale4(source.rgb(), rowAt, columns.first, columns.weights, into, at);
            default -> scaleAny(source.rgb(), rowAt, columns, into, at);
        }
    }

    private static void scale2(byte[] rgb, int rowAt, int[] first, int[] weights, int[] into, int at) {
        int to = at;
        for (int x = 0; x < first.length; x++) {
            int p = rowAt + first[x] * 3;
            int w0 = weights[2 * x];
            int w1 = weights[2 * x + 1];
            into[to] = (HALF + (rgb[p] & 0xff) * w0 + (rgb[p + 3] & 0xff) * w1) >> BITS;
            into[to + 1] = (HALF + (rgb[p + 1] & 0xff) * w0 + (rgb[p + 4] & 0xff) * w1) >> BITS;
            into[to + 2] = (HALF + (rgb[p + 2] & 0xff) * w0 + (rgb[p + 5] & 0xff) * w1) >> BITS;
            to += 3;
        }
    }

    private static void scale3(byte[] rgb, int rowAt, int[] first, int[] weights, int[] into, int at) {
        int to = at;
        for (int x = 0; x < first.length; x++) {
            int p = rowAt + first[x] * 3;
            int w0 = weights[3 * x];
            int w1 = weights[3 * x + 1];
            int w2 = weights[3 * x + 2];
            into[to] = (HALF + (rgb[p] & 0xff) * w0 + (rgb[p + 3] & 0xff) * w1 + (rgb[p + 6] & 0xff) * w2) >> BITS;
            into[to + 1] =
                    (HALF + (rgb[p + 1] & 0xff) * w0 + (rgb[p + 4] & 0xff) * w1 + (rgb[p + 7] & 0xff) * w2) >> BITS;
            into[to + 2] =
                    (HALF + (rgb[p + 2] & 0xff) * w0 + (rgb[p + 5] & 0xff) * w1 + (rgb[p + 8] & 0xff) * w2) >> BITS;
            to += 3;
        }
    }

    private static void scale4(byte[] rgb, int rowAt, int[] first, int[] weights, int[] into, int at) {
        int to = at;
        for (int x = 0; x < first.length; x++) {
            int p = rowAt + first[x] * 3;
            int w0 = weights[4 * x];
            int w1 = weights[4 * x + 1];
            int w2 = weights[4 * x + 2];
            int w3 = weights[4 * x + 3];
            for (int c = 0; c < 3; c++) {
                into[to++] = (HALF
                                + (rgb[p + c] & 0xff) * w0
                                + (rgb[p + c + 3] & 0xff) * w1
                                + (rgb[p + c + 6] & 0xff) * w2
                                + (rgb[p + c + 9] & 0xff) * w3)
                        >> BITS;
            }
        }
    }

    private static void scaleAny(byte[] rgb, int rowAt, PillowWeights columns, int[] into, int at) {
        int to = at;
        for (int x = 0; x < columns.first.length; x++) {
            int pixel = rowAt + columns.first[x] * 3;
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int end = (x + 1) * columns.taps;
            for (int weight = x * columns.taps; weight < end; weight++) {
                int w = columns.weights[weight];
                red += (rgb[pixel] & 0xff) * w;
                green += (rgb[pixel + 1] & 0xff) * w;
                blue += (rgb[pixel + 2] & 0xff) * w;
                pixel += 3;
            }
            into[to] = Math.max(0, Math.min(red >> BITS, 255));
            into[to + 1] = Math.max(0, Math.min(green >> BITS, 255));
            into[to + 2] = Math.max(0, Math.min(blue >> BITS, 255));
            to += 3;
        }
    }
}
