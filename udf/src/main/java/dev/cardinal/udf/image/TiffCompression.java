package dev.cardinal.udf.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/** The lossless compressions of TIFF that are decoded here, as streams of a strip's or tile's bytes. */
final class TiffCompression {

    static final int NONE = 1;
    static final int LZW = 5;
    static final int JPEG = 7;
    private static final int DEFLATE = 8;
    private static final int OLD_DEFLATE = 32_946;
    private static final int PACK_BITS = 32_773;
    private static final int LZMA = 34_925;
    private static final int ZSTANDARD = 50_000;

    private static final Map<Integer, String> UNSUPPORTED = Map.ofEntries(
            Map.entry(6, "old-style JPEG"),
            Map.entry(9, "JBIG"),
            Map.entry(10, "JBIG"),
            Map.entry(32_771, "CCITT RLE with words"),
            Map.entry(32_809, "ThunderScan"),
            Map.entry(32_908, "Pixar film"),
            Map.entry(32_909, "Pixar log"),
            Map.entry(34_661, "JBIG"),
            Map.entry(34_676, "SGI LogLuv"),
            Map.entry(34_677, "SGI LogLuv"),
            Map.entry(34_712, "JPEG 2000"),
            Map.entry(34_713, "Nikon's raw compression"),
            Map.entry(34_887, "LERC"),
            Map.entry(34_892, "lossy JPEG of DNG"),
            Map.entry(34_933, "PNG"),
            Map.entry(34_934, "JPEG XR"),
            Map.entry(50_001, "WebP"),
            Map.entry(50_002, "JPEG XL"),
            Map.entry(52_546, "JPEG XL"));

    private TiffCompression() {}

    /** Returns whether a compression is decoded here. */
    static boolean isDecodedHere(int compression) {
        return switch (compression) {
            case NONE, LZW, DEFLATE, OLD_DEFLATE, PACK_BITS, LZMA, ZSTANDARD -> true;
            default -> false;
        };
    }

    /** Returns whether a predictor applies; others ignore the tag, as libtiff does. */
    static boolean hasPredictor(int compression) {
        return isDecodedHere(compression) && compression != NONE && compression != PACK_BITS;
    }

    /** Checks that a compression is decoded here, or by TwelveMonkeys (fax and JPEG). */
    static void requireSupported(int compression) throws BadImageException {
        if (!isDecodedHere(compression) && compression != JPEG && (compression < 2 || compression > 4)) {
            String name = UNSUPPORTED.getOrDefault(compression, "method " + compression);
            throw BadImageException.unsupported(
                    "TIFF compressed with " + name + "; convert it, for example with tiffcp -c lzw");
        }
    }

    /** Opens compressed bytes. */
    static InputStream open(int compression, byte[] bytes, int from, int length) throws IOException {
        InputStream in = new ByteArrayInputStream(bytes, from, length);
        return switch (compression) {
            case LZW -> new TiffLzw(bytes, from, length);
            case DEFLATE, OLD_DEFLATE -> new InflaterInputStream(in);
            case PACK_BITS -> new PackBits(in);
            case LZMA -> new XZCompressorInputStream(in);
            case ZSTANDARD -> new ZstdCompressorInputStream(in);
            default -> in;
        };
    }

    /** Decodes PackBits (TIFF 6.0, section 9). */
    private static final class PackBits extends InputStream {

        private final InputStream in;
        private int literals;
        private int repeats;
        private int repeated;

        PackBits(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (literals == 0 && repeats == 0) {
                int control = in.read();
                if (control < 0) {
                    return -1;
                }
                if (control < 128) {
                    literals = control + 1;
                } else if (control > 128) {
                    repeats = 257 - control;
                    repeated = in.read();
                }
            }
            int count = Math.min(length, literals + repeats);
            if (literals > 0) {
                count = in.read(into, offset, count);
                literals -= Math.max(0, count);
            } else {
                Arrays.fill(into, offset, offset + count, (byte) repeated);
                repeats -= count;
            }
            return count;
        }
    }
}
