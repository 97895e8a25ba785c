package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.Truncated;

/**
 * Decodes PNG with TensorFlow's libpng. Not thread-safe.
 *
 * <p>Samples of 16 bits keep their high byte, except gray samples without alpha: Pillow opens those as 32-bit integers,
 * whose conversion to RGB clips at 255.
 */
final class PngDecoder implements ImageDecoder {

    private static final int SIGNATURE_BYTES = PngChunks.SIGNATURE_BYTES;
    private static final int CHUNK_FRAME_BYTES = PngChunks.FRAME_BYTES;
    private static final int GRAY = 0;
    private static final int GRAY_ALPHA = 4;
    private static final int RGBA = 6;

    private final TensorFlowCodecs codecs;
    private final boolean keepTruncated;

    PngDecoder(TensorFlowCodecs codecs, Truncated truncated) {
        this.codecs = codecs;
        this.keepTruncated = truncated == Truncated.KEEP;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        if (!file.hasAscii(SIGNATURE_BYTES + 4, "IHDR")) {
            file.require(SIGNATURE_BYTES + 8);
            if (file.hasAscii(SIGNATURE_BYTES + 4, "CgBI")) {
                throw BadImageException.unsupported("PNG of an iPhone app (CgBI); convert it to PNG");
            }
            throw new BadImageException("the first chunk is not IHDR");
        }
        int body = SIGNATURE_BYTES + 8;
        int bits = file.u8(body + 8);
        int channels =
                switch (file.u8(body + 9)) {
                    case GRAY -> 1;
                    case GRAY_ALPHA -> 2;
                    case RGBA -> 4;
                    default -> 3;
                };
        return ImageHeader.of(file.u32be(body), file.u32be(body + 4), channels, bits);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        if (isComplete(file)) {
            try {
                decode(file.bytes(), header, into);
                return;
            } catch (BadImageException e) {
                // Pillow may read what libpng rejects.
            }
        }
        byte[] repaired = PngRepair.repair(file, header, keepTruncated);
        try {
            decode(repaired, header, into);
        } catch (BadImageException e) {
            throw new BadImageException("corrupt data: the header is invalid or the pixels are damaged");
        }
    }

    private void decode(byte[] file, ImageHeader header, Pixels into) throws BadImageException {
        if (header.channels() == 1 && header.bits() == 16) {
            codecs.decodeGray16Png(file, header, into);
        } else {
            codecs.decodePng(file, header, into);
        }
    }

    /** Returns whether the chunks reach IEND; libpng itself accepts less. */
    private static boolean isComplete(ByteView file) throws BadImageException {
        long at = SIGNATURE_BYTES;
        while (!file.hasAscii(at + 4, "IEND")) {
            if (at + CHUNK_FRAME_BYTES > file.length()) {
                return false;
            }
            at += CHUNK_FRAME_BYTES + file.u32be(at);
        }
        return at + CHUNK_FRAME_BYTES <= file.length();
    }
}
