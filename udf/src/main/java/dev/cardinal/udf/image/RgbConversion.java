package dev.cardinal.udf.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Locale;

/**
 * Converts samples as a file stores them to RGB, as Pillow's {@code convert("RGB")} does: no color profile is applied,
 * alpha is dropped, and the color under it is kept.
 *
 * <p>Not thread-safe: it reuses a row buffer.
 */
final class RgbConversion {

    private int[] row = new int[0];

    /** Copies an image; the target is reshaped to its size. */
    void convert(BufferedImage image, Pixels into) throws BadImageException {
        into.reshape(image.getWidth(), image.getHeight());
        Raster raster = image.getRaster();
        ColorModel colors = image.getColorModel();
        if (colors instanceof IndexColorModel indexed) {
            int[] palette = new int[indexed.getMapSize()];
            indexed.getRGBs(palette);
            fromPalette(raster, palette, into);
        } else if (colors.getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
            fromCmyk(raster, into);
        } else {
            fromSamples(raster, into);
        }
    }

    private void fromPalette(Raster raster, int[] palette, Pixels into) {
        byte[] rgb = into.rgb();
        int at = 0;
        for (int y = 0; y < into.height(); y++) {
            int[] indices = samples(raster, y);
            for (int x = 0; x < into.width(); x++, at += 3) {
                Pixels.store(palette[indices[x]], rgb, at);
            }
        }
    }

    /** Converts CMYK in which 255 is full ink. */
    private void fromCmyk(Raster raster, Pixels into) {
        byte[] rgb = into.rgb();
        int at = 0;
        for (int y = 0; y < into.height(); y++) {
            int[] inks = samples(raster, y);
            for (int i = 0; i < into.width() * 4; i += 4) {
                int light = 255 - inks[i + 3];
                for (int c = 0; c < 3; c++) {
                    rgb[at++] = underBlack(inks[i + c], light);
                }
            }
        }
    }

    /** Follows Pillow's {@code cmyk2rgb}: the part of the light left by the black ink that another ink lets through. */
    static byte underBlack(int ink, int light) {
        int product = ink * light + 128;
        return (byte) (light - (((product >> 8) + product) >> 8));
    }

    private void fromSamples(Raster raster, Pixels into) throws BadImageException {
        int bands = raster.getNumBands();
        int[] bits = raster.getSampleModel().getSampleSize();
        byte[] rgb = into.rgb();
        int at = 0;
        for (int y = 0; y < into.height(); y++) {
            int[] values = samples(raster, y);
            for (int i = 0; i < into.width() * bands; i += bands) {
                for (int c = 0; c < 3; c++) {
                    int band = bands < 3 ? 0 : c;
                    rgb[at++] = toByte(values[i + band], bits[band], bands);
                }
            }
        }
    }

    private static byte toByte(int value, int bits, int bands) throws BadImageException {
        if (bits == 8) {
            return (byte) value;
        }
        if (bits < 8) {
            return (byte) (value * 255 / ((1 << bits) - 1));
        }
        if (bits == 16) {
            return (byte) (bands == 1 ? Math.min(value, 255) : value >> 8);
        }
        throw new BadImageException(String.format(Locale.ROOT, "unsupported sample size: %d bits", bits));
    }

    private int[] samples(Raster raster, int y) {
        int needed = raster.getWidth() * raster.getNumBands();
        if (row.length < needed) {
            row = new int[needed];
        }
        return raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
    }
}
