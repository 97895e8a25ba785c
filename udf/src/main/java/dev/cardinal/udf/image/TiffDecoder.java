package dev.cardinal.udf.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.util.Locale;

/**
 * Decodes the first page of a TIFF file. The orientation is always applied, as Pillow does when it loads a TIFF file;
 * the option is for the other formats. Not thread-safe.
 *
 * <p>Lossless data are decoded here, because TwelveMonkeys keeps colors multiplied by alpha, reads signed samples as
 * unsigned, and reads inks other than CMYK as CMYK. It decodes fax and JPEG.
 */
final class TiffDecoder implements ImageDecoder {

    private final LibraryReader reader = LibraryReader.of(new TIFFImageReaderSpi());
    private final RgbConversion conversion;
    private final Pixels stored = new Pixels();

    TiffDecoder(RgbConversion conversion) {
        this.conversion = conversion;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        TiffDirectory tags = TiffDirectory.first(file);
        int samples = (int) Math.min(tags.value(TiffLayout.SAMPLES_PER_PIXEL, 1), Integer.MAX_VALUE);
        int bits = (int) Math.min(tags.value(TiffLayout.BITS_PER_SAMPLE, 1), Integer.MAX_VALUE);
        return ImageHeader.of(tags.value(TiffLayout.WIDTH, 0), tags.value(TiffLayout.HEIGHT, 0), samples, bits);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        TiffDirectory tags = TiffDirectory.first(file);
        TiffLayout layout = TiffLayout.of(tags, header);
        TiffCompression.requireSupported(layout.compression());
        if (tags.cut() && layout.compression() != TiffCompression.NONE) {
            throw BadImageException.prematureEnd(file.length());
        }
        Orientation orientation =
                tags.has(Orientation.TAG) ? Orientation.of(tags) : OrientationReader.ofXmp(tags.text(TiffLayout.XMP));
        if (orientation == Orientation.AS_STORED) {
            decode(file, tags, layout, into);
        } else {
            try {
                decode(file, tags, layout, stored);
                orientation.turn(stored, into);
            } finally {
                stored.trim();
            }
        }
    }

    private void decode(ByteView file, TiffDirectory tags, TiffLayout layout, Pixels into) throws BadImageException {
        if (TiffCompression.isDecodedHere(layout.compression())) {
            decodeRows(file, layout, TiffColors.of(layout, tags), into);
        } else {
            decodeWithLibrary(file, tags, layout, into);
        }
    }

    private static void decodeRows(ByteView file, TiffLayout layout, TiffColors colors, Pixels into)
            throws BadImageException {
        into.reshape(layout.width(), layout.height());
        int[] values = new int[layout.tileWidth() * layout.samples()];
        int done = 0;
        try {
            for (int tile = 0; tile < layout.tilesAcross() * layout.tilesDown(); tile++) {
                int left = tile % layout.tilesAcross() * layout.tileWidth();
                int top = tile / layout.tilesAcross() * layout.tileHeight();
                int width = Math.min(layout.tileWidth(), layout.width() - left);
                done = top;
                try (TiffRows rows = TiffRows.open(file, layout, tile)) {
                    for (int y = top; y < Math.min(top + layout.tileHeight(), layout.height()); y++, done++) {
                        rows.read(values);
                        colors.convert(values, width, into.rgb(), 3 * (y * layout.width() + left));
                    }
                }
            }
        } catch (EOFException e) {
            throw BadImageException.missingRows(layout.height(), done);
        } catch (IOException e) {
            throw new BadImageException("corrupt data: the compressed pixels are damaged");
        } catch (LinkageError e) {
            throw BadImageException.unsupported(
                    "TIFF compressed with Zstandard or LZMA: its library is not on Spark's class path;"
                            + " convert it, for example with tiffcp -c lzw");
        }
    }

    private void decodeWithLibrary(ByteView file, TiffDirectory tags, TiffLayout layout, Pixels into)
            throws BadImageException {
        if (layout.bits() > 16 || layout.photometric() > TiffLayout.YCBCR || layout.photometric() == 4) {
            TiffColors.of(layout, tags);
        }
        boolean jpeg = layout.compression() == TiffCompression.JPEG;
        if (jpeg && (layout.samples() == 2 || layout.bits() != 8 || layout.planar())) {
            throw BadImageException.unsupported(String.format(
                    Locale.ROOT,
                    "TIFF with JPEG data of %d samples of %d bits%s",
                    layout.samples(),
                    layout.bits(),
                    layout.planar() ? " in planes" : ""));
        }
        BufferedImage image = read(TiffExcerpt.of(file, tags, layout));
        if (image.getColorModel().isAlphaPremultiplied()) {
            throw BadImageException.unsupported("TIFF with JPEG data and associated alpha");
        }
        conversion.convert(image, into);
    }

    private BufferedImage read(byte[] excerpt) throws BadImageException {
        try {
            return reader.image(excerpt);
        } catch (BadImageException e) {
            String reason = String.valueOf(e.getMessage());
            throw reason.contains("Unsupported") ? BadImageException.unsupported("TIFF: " + reason) : e;
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
