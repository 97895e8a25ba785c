package dev.cardinal.udf.image;

import java.util.Arrays;
import java.util.Locale;

/**
 * Decodes BMP as Pillow does, apart from run lengths of 4 bits, which Pillow garbles. Not thread-safe.
 *
 * <p>Written here because the JDK's reader rejects many files that other programs open, such as OS/2's header of 64
 * bytes.
 */
final class BmpDecoder implements ImageDecoder {

    private static final int COLORS = 256;
    private static final int GRAY_STEP = 0x01_0101;

    private final int[] palette = new int[COLORS];
    private byte[] indices = new byte[0];

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        BmpHeader header = BmpHeader.read(file);
        return ImageHeader.of(header.width(), header.height(), 3, header.bits());
    }

    @Override
    public void decode(ByteView file, ImageHeader size, Pixels into) throws BadImageException {
        BmpHeader header = BmpHeader.read(file);
        requireSupported(header);
        readPalette(file, header);
        switch (header.compression()) {
            case BmpHeader.RLE_8, BmpHeader.RLE_4 -> decodeRuns(file, header, size, into);
            default -> decodeRows(file, header, size, into);
        }
    }

    private static void requireSupported(BmpHeader header) throws BadImageException {
        boolean known =
                switch (header.bits()) {
                    case 1, 4, 8 -> header.compression() <= BmpHeader.RLE_4;
                    case 16, 24, 32 ->
                        header.compression() == BmpHeader.UNCOMPRESSED || header.compression() == BmpHeader.BIT_FIELDS;
                    default -> false;
                };
        if (known && header.compression() >= 0) {
            return;
        }
        throw BadImageException.unsupported(
                switch (header.compression()) {
                    case 4 -> "BMP that contains a JPEG, or with run lengths of 24 bits";
                    case 5 -> "BMP that contains a PNG";
                    default ->
                        String.format(
                                Locale.ROOT,
                                "BMP with %d bits per pixel and compression %d",
                                header.bits(),
                                header.compression());
                });
    }

    /** Reads the palette; colors that the file does not define are black, or gray if the others are a gray ramp. */
    private void readPalette(ByteView file, BmpHeader header) throws BadImageException {
        boolean ramp = header.bits() == 8;
        for (int i = 0; i < header.paletteSize(); i++) {
            long at = header.paletteAt() + (long) i * header.colorBytes();
            palette[i] = at + 3 <= file.length() ? file.u16le(at) | file.u8(at + 2) << 16 : 0;
            ramp &= palette[i] == i * GRAY_STEP;
        }
        for (int i = header.paletteSize(); i < COLORS; i++) {
            palette[i] = ramp ? i * GRAY_STEP : 0;
        }
    }

    private void decodeRows(ByteView file, BmpHeader header, ImageHeader size, Pixels into) throws BadImageException {
        long lastRow = header.pixelsAt() + header.rowBytes() * (size.height() - 1L);
        file.require(lastRow + ((long) size.width() * header.bits() + 7) / 8);
        int[] shifts = new int[3];
        int[] maxima = new int[3];
        for (int c = 0; c < 3; c++) {
            shifts[c] = Integer.numberOfTrailingZeros(header.masks()[c]);
            maxima[c] = header.masks()[c] >>> shifts[c];
            if (maxima[c] == 0 || (maxima[c] & (maxima[c] + 1)) != 0 || maxima[c] > 0xffff) {
                throw BadImageException.unsupported("BMP with unusual bit fields");
            }
        }
        into.reshape(size.width(), size.height());
        byte[] rgb = into.rgb();
        for (int y = 0; y < size.height(); y++) {
            long row = header.pixelsAt() + header.rowBytes() * (header.topDown() ? y : size.height() - 1 - y);
            int at = 3 * y * size.width();
            for (int x = 0; x < size.width(); x++, at += 3) {
                int color = color(file, header, row, x);
                if (header.bits() <= 8) {
                    Pixels.store(color, rgb, at);
                } else {
                    for (int c = 0; c < 3; c++) {
                        rgb[at + c] = (byte) ((color >>> shifts[c] & maxima[c]) * 255 / maxima[c]);
                    }
                }
            }
        }
    }

    private int color(ByteView file, BmpHeader header, long row, int x) throws BadImageException {
        return switch (header.bits()) {
            case 1 -> palette[file.u8(row + x / 8) >> (7 - x % 8) & 1];
            case 4 -> palette[file.u8(row + x / 2) >> (4 - x % 2 * 4) & 15];
            case 8 -> palette[file.u8(row + x)];
            case 16 -> file.u16le(row + 2L * x);
            case 24 -> file.u16le(row + 3L * x) | file.u8(row + 3L * x + 2) << 16;
            default -> file.i32le(row + 4L * x);
        };
    }

    /** Decodes run lengths; pixels that are skipped have color 0. */
    private void decodeRuns(ByteView file, BmpHeader header, ImageHeader size, Pixels into) throws BadImageException {
        into.reshape(size.width(), size.height());
        int pixels = size.width() * size.height();
        if (indices.length < pixels) {
            indices = new byte[pixels];
        }
        Arrays.fill(indices, 0, pixels, (byte) 0);
        int rows = new BmpRuns(file, header, size, indices).read();
        if (rows < size.height()) {
            throw BadImageException.missingRows(size.height(), rows);
        }
        for (int y = 0; y < size.height(); y++) {
            int from = size.width() * (header.topDown() ? y : size.height() - 1 - y);
            for (int x = 0; x < size.width(); x++) {
                Pixels.store(palette[indices[from + x] & 0xff], into.rgb(), 3 * (y * size.width() + x));
            }
        }
        if (indices.length > 1 << 24) {
            indices = new byte[0];
        }
    }
}
