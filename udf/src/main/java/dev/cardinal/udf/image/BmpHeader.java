package dev.cardinal.udf.image;

import java.util.Locale;

/**
 * The headers of a BMP file: BITMAPFILEHEADER, then one of BITMAPCOREHEADER (12 bytes) to BITMAPV5HEADER (124 bytes),
 * or OS/2's of 64 bytes. The file's size is not read: many writers get it wrong.
 *
 * @param topDown whether the first row of the file is the top one
 * @param bits bits per pixel
 * @param compression 0 for none, 1 and 2 for run lengths of 8 and 4 bits, 3 for bit fields
 * @param masks the bits of red, green and blue in a pixel of 16 or 32 bits
 * @param paletteAt offset of the palette
 * @param paletteSize colors in the palette
 * @param colorBytes bytes per color in the palette: blue, green, red, and a fourth that is not read
 * @param pixelsAt offset of the pixels
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record BmpHeader(
        int width,
        long height,
        boolean topDown,
        int bits,
        int compression,
        int[] masks,
        int paletteAt,
        int paletteSize,
        int colorBytes,
        long pixelsAt) {

    static final int UNCOMPRESSED = 0;
    static final int RLE_8 = 1;
    static final int RLE_4 = 2;
    static final int BIT_FIELDS = 3;

    private static final int INFO_AT = 14;
    private static final int CORE_BYTES = 12;
    private static final int INFO_BYTES = 40;

    static BmpHeader read(ByteView file) throws BadImageException {
        long infoBytes = file.u32le(INFO_AT);
        if (infoBytes == CORE_BYTES) {
            int bits = file.u16le(24);
            return new BmpHeader(
                    file.u16le(18),
                    file.u16le(20),
                    false,
                    bits,
                    UNCOMPRESSED,
                    defaultMasks(bits),
                    INFO_AT + CORE_BYTES,
                    paletteSize(bits, 0),
                    3,
                    pixelsAt(file, INFO_AT + CORE_BYTES, paletteSize(bits, 0) * 3));
        }
        if (infoBytes != INFO_BYTES
                && infoBytes != 52
                && infoBytes != 56
                && infoBytes != 64
                && infoBytes != 108
                && infoBytes != 124) {
            throw BadImageException.unsupported(String.format(Locale.ROOT, "BMP with a header of %d bytes", infoBytes));
        }
        int height = file.i32le(22);
        int bits = file.u16le(28);
        int compression = file.i32le(30);
        int paletteSize = paletteSize(bits, file.u32le(46));
        int end = INFO_AT + (int) infoBytes;
        boolean masksBehind = compression == BIT_FIELDS && infoBytes == INFO_BYTES;
        return new BmpHeader(
                file.i32le(18),
                Math.abs((long) height),
                height < 0,
                bits,
                compression,
                compression == BIT_FIELDS ? masks(file) : defaultMasks(bits),
                end,
                paletteSize,
                4,
                pixelsAt(file, end + (masksBehind ? 12 : 0), paletteSize * 4));
    }

    private static int paletteSize(int bits, long declared) {
        return bits > 8 ? 0 : declared > 0 && declared <= 256 ? (int) declared : 1 << bits;
    }

    /** Returns where the pixels begin; an offset that would be in the palette, or 0, means after the palette. */
    private static long pixelsAt(ByteView file, int headerEnd, int paletteBytes) throws BadImageException {
        long declared = file.u32le(10);
        return declared == 0 || declared == headerEnd ? headerEnd + (long) paletteBytes : declared;
    }

    /** Returns the masks, which follow the header's 40 bytes or are its next fields. */
    private static int[] masks(ByteView file) throws BadImageException {
        int[] masks = {file.i32le(54), file.i32le(58), file.i32le(62)};
        return masks[0] == 0 && masks[1] == 0 && masks[2] == 0 ? defaultMasks(32) : masks;
    }

    private static int[] defaultMasks(int bits) {
        return bits == 16 ? new int[] {0x7c00, 0x3e0, 0x1f} : new int[] {0xff_0000, 0xff00, 0xff};
    }

    /** Returns the bytes from one row to the next: rows are padded to 4 bytes. */
    long rowBytes() {
        return ((long) width * bits + 31) / 32 * 4;
    }
}
