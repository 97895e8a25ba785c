package dev.cardinal.udf.image;

/** BMP, decoded by the JDK's reader. */
final class BmpDecoder implements ImageDecoder {

    private static final int INFO_AT = 14;
    private static final int OS2_INFO_BYTES = 12;
    private static final int UNCOMPRESSED = 0;
    private static final int RLE_8 = 1;
    private static final int RLE_4 = 2;
    private static final int BIT_FIELDS = 3;

    private final LibraryReader reader = LibraryReader.ofJdk("bmp");
    private final RgbConversion conversion;

    BmpDecoder(RgbConversion conversion) {
        this.conversion = conversion;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        if (file.u32le(INFO_AT) == OS2_INFO_BYTES) {
            return ImageHeader.of(file.u16le(18), file.u16le(20), 3, file.u16le(24));
        }
        return ImageHeader.of(file.i32le(18), Math.abs((long) file.i32le(22)), 3, file.u16le(28));
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        long pixelsAt = file.u32le(10);
        int compression = file.u32le(INFO_AT) == OS2_INFO_BYTES ? UNCOMPRESSED : file.i32le(30);
        switch (compression) {
            case UNCOMPRESSED, BIT_FIELDS -> {
                long rowBytes = ((long) header.width() * header.bits() + 31) / 32 * 4;
                file.require(pixelsAt + rowBytes * header.height());
            }
            case RLE_8, RLE_4 -> requireEndOfBitmap(file, pixelsAt, compression, header);
            default -> throw new BadImageException("compression %d is not decoded".formatted(compression));
        }
        conversion.convert(reader.image(file.bytes()), into);
    }

    /** Follows run-length codes to the one that ends the bitmap; a reader takes what is not there for black. */
    private static void requireEndOfBitmap(ByteView file, long from, int compression, ImageHeader header)
            throws BadImageException {
        long at = from;
        int rows = 0;
        while (true) {
            int count = file.u8(at);
            int value = file.u8(at + 1);
            at += 2;
            if (count > 0) {
                continue;
            }
            switch (value) {
                case 0 -> rows++;
                case 1 -> {
                    if (rows < header.height() - 1) {
                        throw new BadImageException(
                                "the header says %d rows, the data hold %d".formatted(header.height(), rows + 1));
                    }
                    return;
                }
                case 2 -> {
                    rows += file.u8(at + 1);
                    at += 2;
                }
                default -> {
                    int bytes = compression == RLE_8 ? value : (value + 1) / 2;
                    at += bytes + (bytes & 1);
                }
            }
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
