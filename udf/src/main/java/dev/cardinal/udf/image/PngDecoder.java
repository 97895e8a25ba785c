package dev.cardinal.udf.image;

/**
 * PNG, decoded by TensorFlow's libpng.
 *
 * <p>Samples of 16 bits keep their high byte, except grey ones without alpha: Pillow opens those as 32-bit integers, whose
 * conversion to RGB clips at 255.
 */
final class PngDecoder implements ImageDecoder {

    private static final int SIGNATURE_BYTES = 8;
    private static final int CHUNK_FRAME_BYTES = 12;
    private static final int GREY = 0;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    private final TensorFlowCodecs codecs;

    PngDecoder(TensorFlowCodecs codecs) {
        this.codecs = codecs;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        if (!file.hasAscii(SIGNATURE_BYTES + 4, "IHDR")) {
            file.require(SIGNATURE_BYTES + 8);
            throw new BadImageException("the first chunk is not IHDR");
        }
        int body = SIGNATURE_BYTES + 8;
        int bits = file.u8(body + 8);
        int channels =
                switch (file.u8(body + 9)) {
                    case GREY -> 1;
                    case GREY_ALPHA -> 2;
                    case RGBA -> 4;
                    default -> 3;
                };
        return ImageHeader.of(file.u32be(body), file.u32be(body + 4), channels, bits);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        requireComplete(file);
        if (header.channels() == 1 && header.bits() == 16) {
            codecs.decodeGrey16Png(file.bytes(), header, into);
        } else {
            codecs.decodePng(file.bytes(), header, into);
        }
    }

    /** Follows the chunks to IEND: libpng itself is content with less. */
    private static void requireComplete(ByteView file) throws BadImageException {
        long at = SIGNATURE_BYTES;
        while (!file.hasAscii(at + 4, "IEND")) {
            at += CHUNK_FRAME_BYTES + file.u32be(at);
        }
        file.require(at + CHUNK_FRAME_BYTES + file.u32be(at));
    }
}
