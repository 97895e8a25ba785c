package dev.cardinal.udf.image;

import java.util.Locale;

/** Converts the samples of TIFF pixels to RGB as Pillow does. The conversion depends on their layout. Not thread-safe. */
final class TiffColors {

    private static final int MAX_BLOCK = 4;
    private static final int NO_CHROMA = 128;

    private final TiffLayout layout;
    private final int colors;
    private final int alpha;
    private final int[] palette;
    private final YcbcrConversion ycbcr;

    private TiffColors(TiffLayout layout, int[] palette, YcbcrConversion ycbcr) {
        this.layout = layout;
        this.colors = layout.colors();
        this.alpha = layout.associatedAlpha();
        this.palette = palette;
        this.ycbcr = ycbcr;
    }

    static TiffColors of(TiffLayout layout, TiffDirectory tags) throws BadImageException {
        requireSupported(layout);
        int[] palette = layout.photometric() == TiffLayout.PALETTE ? palette(layout, tags) : new int[0];
        return new TiffColors(layout, palette, YcbcrConversion.of(tags));
    }

    private static void requireSupported(TiffLayout layout) throws BadImageException {
        int bits = layout.bits();
        int format = layout.format();
        boolean unsigned = format == TiffLayout.UNSIGNED || format == 4;
        boolean known =
                switch (layout.photometric()) {
                    case TiffLayout.WHITE_IS_ZERO, TiffLayout.BLACK_IS_ZERO ->
                        (unsigned && (bits == 1 || bits == 2 || bits == 4 || bits == 12))
                                || (format != TiffLayout.FLOAT && (bits == 8 || bits == 16 || bits == 32))
                                || (format == TiffLayout.FLOAT && bits == 32);
                    case TiffLayout.RGB, TiffLayout.CMYK -> unsigned && (bits == 8 || bits == 16);
                    case TiffLayout.PALETTE -> unsigned && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
                    case TiffLayout.YCBCR -> unsigned && bits == 8 && hasKnownBlocks(layout);
                    default -> throw BadImageException.unsupported("TIFF with " + colorSpace(layout.photometric()));
                };
        if (!known || !hasKnownSamples(layout)) {
            throw BadImageException.unsupported(String.format(
                    Locale.ROOT,
                    "TIFF with %d samples of %d bits (%s) per pixel, %s",
                    layout.samples(),
                    bits,
                    unsigned ? "unsigned" : format == TiffLayout.SIGNED ? "signed" : "floating point",
                    colorSpace(layout.photometric())));
        }
        boolean predicts =
                switch (layout.predictor()) {
                    case 2 -> bits == 8 || bits == 16 || bits == 32;
                    case 3 -> bits == 32 && format == TiffLayout.FLOAT;
                    default -> layout.predictor() == 1;
                };
        if (!predicts) {
            throw BadImageException.unsupported(String.format(
                    Locale.ROOT, "TIFF with predictor %d for samples of %d bits", layout.predictor(), bits));
        }
    }

    private static boolean hasKnownBlocks(TiffLayout layout) {
        boolean known = layout.blockWidth() >= 1
                && layout.blockWidth() <= MAX_BLOCK
                && layout.blockHeight() >= 1
                && layout.blockHeight() <= MAX_BLOCK;
        return known && (!layout.hasBlocks() || (!layout.planar() && layout.predictor() == 1));
    }

    /** Returns whether the samples are those of the color, and then the listed extra samples or one unlisted sample. */
    private static boolean hasKnownSamples(TiffLayout layout) {
        if (layout.photometric() == TiffLayout.YCBCR) {
            return layout.samples() == 1 || layout.samples() == 3;
        }
        int extra = layout.samples() - layout.colors();
        if (layout.photometric() == TiffLayout.CMYK && layout.associatedAlpha() >= 0) {
            return false;
        }
        return extra >= 0 && (extra <= layout.extraSamples().length || extra == 1);
    }

    private static String colorSpace(int photometric) {
        return switch (photometric) {
            case TiffLayout.WHITE_IS_ZERO, TiffLayout.BLACK_IS_ZERO -> "gray";
            case TiffLayout.RGB -> "RGB";
            case TiffLayout.PALETTE -> "palette";
            case 4 -> "a transparency mask";
            case TiffLayout.CMYK -> "CMYK";
            case TiffLayout.YCBCR -> "YCbCr";
            case 8, 9, 10 -> "colors in CIE L*a*b*";
            case 32_844, 32_845 -> "colors in CIE LogLuv";
            default -> "photometric interpretation " + photometric;
        };
    }

    /** Reads the palette: all red values, all green, all blue. Old writers scale to 255 instead of 65535. */
    private static int[] palette(TiffLayout layout, TiffDirectory tags) throws BadImageException {
        long[] map = tags.values(TiffLayout.COLOR_MAP);
        int size = 1 << layout.bits();
        if (map.length < 3 * size) {
            throw new BadImageException(String.format(
                    Locale.ROOT, "corrupt data: a palette of %d instead of %d values", map.length, 3 * size));
        }
        boolean bytes = true;
        for (long value : map) {
            bytes &= value < 256;
        }
        int shift = bytes ? 0 : 8;
        int[] palette = new int[size];
        for (int i = 0; i < size; i++) {
            for (int c = 0; c < 3; c++) {
                palette[i] = palette[i] << 8 | ((int) (map[c * size + i] >> shift) & 0xff);
            }
        }
        return palette;
    }

    /** Converts the first pixels of a row. */
    void convert(int[] values, int pixels, byte[] rgb, int to) {
        int at = to;
        for (int x = 0; x < pixels; x++, at += 3) {
            int from = x * layout.samples();
            switch (layout.photometric()) {
                case TiffLayout.PALETTE -> Pixels.store(palette[values[from]], rgb, at);
                case TiffLayout.CMYK -> {
                    int light = 255 - toByte(values[from + 3]);
                    for (int c = 0; c < 3; c++) {
                        rgb[at + c] = RgbConversion.underBlack(toByte(values[from + c]), light);
                    }
                }
                case TiffLayout.YCBCR -> {
                    boolean gray = layout.samples() == 1;
                    int chroma = gray ? NO_CHROMA : values[from + 1];
                    ycbcr.convert(values[from], chroma, gray ? NO_CHROMA : values[from + 2], rgb, at);
                }
                default -> {
                    for (int c = 0; c < 3; c++) {
                        int value = colors == 3 ? toByte(values[from + c]) : gray(values[from]);
                        rgb[at + c] = (byte) (alpha < 0 ? value : divide(value, toByte(values[from + alpha])));
                    }
                }
            }
        }
    }

    /** Divides a color by its alpha as Pillow's {@code unpackRGBa} does. */
    private static int divide(int value, int alpha) {
        return alpha == 0 ? 0 : alpha == 255 ? value : Math.min(255, value * 255 / alpha);
    }

    private int toByte(int value) {
        return layout.bits() == 16 ? value >> 8 : value;
    }

    /** Converts gray; samples of more than 8 bits are clipped at 255, which is what Pillow does. */
    private int gray(int value) {
        int bits = layout.bits();
        if (bits <= 8) {
            int scaled = value * (255 / ((1 << bits) - 1));
            return layout.photometric() == TiffLayout.WHITE_IS_ZERO ? 255 - scaled : scaled;
        }
        if (layout.format() == TiffLayout.FLOAT) {
            return (int) Math.max(0, Math.min(255, Float.intBitsToFloat(value)));
        }
        if (bits == 16 && layout.samples() > 1) {
            return value >> 8;
        }
        int signed = bits == 16 && layout.format() == TiffLayout.SIGNED ? (short) value : value;
        return Math.max(0, Math.min(255, signed));
    }
}
