package dev.cardinal.udf.image;

import java.util.Arrays;
import java.util.Locale;

/**
 * The layout of a TIFF image: the tags that say how its samples are stored (TIFF 6.0).
 *
 * @param bits bits per sample, the same for all samples
 * @param samples samples per pixel, extra samples included
 * @param extraSamples the meaning of each extra sample: 0 unknown, 1 associated alpha, 2 unassociated alpha
 * @param format the type of the samples: 1 unsigned, 2 signed, 3 floating point
 * @param predictor 1 for none, 2 for differences between neighbors, 3 for differences of floating-point values
 * @param planar whether each sample has its own strips or tiles
 * @param tileWidth columns of a tile; the image's width if there are strips
 * @param tileHeight rows of a tile or strip
 * @param blockWidth columns of pixels that share a chroma sample; 1 for other colors
 * @param blockHeight rows of pixels that share a chroma sample; 1 for other colors
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TiffLayout(
        int width,
        int height,
        int bits,
        int samples,
        int[] extraSamples,
        int format,
        int photometric,
        int compression,
        int predictor,
        boolean planar,
        boolean reversedBits,
        boolean bigEndian,
        int tileWidth,
        int tileHeight,
        int blockWidth,
        int blockHeight,
        long[] offsets,
        long[] lengths) {

    static final int WIDTH = 256;
    static final int HEIGHT = 257;
    static final int BITS_PER_SAMPLE = 258;
    static final int COMPRESSION = 259;
    static final int PHOTOMETRIC = 262;
    static final int SAMPLES_PER_PIXEL = 277;
    static final int COLOR_MAP = 320;
    static final int XMP = 700;

    static final int WHITE_IS_ZERO = 0;
    static final int BLACK_IS_ZERO = 1;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int CMYK = 5;
    static final int YCBCR = 6;

    static final int UNSIGNED = 1;
    static final int SIGNED = 2;
    static final int FLOAT = 3;

    static final int ASSOCIATED_ALPHA = 1;

    private static final int NEW_SUBFILE_TYPE = 254;
    private static final int FILL_ORDER = 266;
    private static final int STRIP_OFFSETS = 273;
    private static final int ROWS_PER_STRIP = 278;
    private static final int STRIP_BYTES = 279;
    private static final int PLANAR_CONFIGURATION = 284;
    private static final int PREDICTOR = 317;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int SUB_IFDS = 330;
    private static final int INK_SET = 332;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final int SUBSAMPLING = 530;
    private static final int USUAL_SUBSAMPLING = 2;
    private static final int DNG_VERSION = 50_706;
    private static final int MAX_SAMPLES = 64;

    static TiffLayout of(TiffDirectory tags, ImageHeader size) throws BadImageException {
        rejectCameraRaw(tags);
        int samples = size.channels();
        if (samples < 1 || samples > MAX_SAMPLES) {
            throw BadImageException.unsupported("TIFF with " + samples + " samples per pixel");
        }
        if (tags.value(INK_SET, 1) != 1) {
            throw BadImageException.unsupported("TIFF with inks other than CMYK");
        }
        boolean tiled = tags.has(TILE_OFFSETS);
        long tileWidth = tiled ? tags.value(TILE_WIDTH, 0) : size.width();
        long tileHeight = tiled ? tags.value(TILE_HEIGHT, 0) : tags.value(ROWS_PER_STRIP, size.height());
        if (tileWidth < 1 || tileHeight < 1 || tileWidth > Math.max(1 << 16, size.width())) {
            throw new BadImageException(String.format(Locale.ROOT, "invalid tile size %d x %d", tileWidth, tileHeight));
        }
        // Many writers of color images leave the tag out.
        int photometric = (int) tags.value(PHOTOMETRIC, samples >= 3 ? RGB : WHITE_IS_ZERO);
        long[] subsampling = photometric == YCBCR && samples > 1 ? tags.values(SUBSAMPLING) : new long[] {1, 1};
        return new TiffLayout(
                size.width(),
                size.height(),
                common(tags, BITS_PER_SAMPLE, 1, samples, "bits per sample"),
                samples,
                Arrays.stream(tags.values(EXTRA_SAMPLES))
                        .mapToInt(Math::toIntExact)
                        .toArray(),
                common(tags, SAMPLE_FORMAT, UNSIGNED, samples, "sample formats"),
                photometric,
                (int) tags.value(COMPRESSION, 1),
                TiffCompression.hasPredictor((int) tags.value(COMPRESSION, 1)) ? (int) tags.value(PREDICTOR, 1) : 1,
                tags.value(PLANAR_CONFIGURATION, 1) == 2 && samples > 1,
                tags.value(FILL_ORDER, 1) == 2,
                tags.bigEndian(),
                (int) tileWidth,
                (int) Math.min(tileHeight, tiled ? Integer.MAX_VALUE : size.height()),
                (int) (subsampling.length < 2 ? USUAL_SUBSAMPLING : subsampling[0]),
                (int) (subsampling.length < 2 ? USUAL_SUBSAMPLING : subsampling[1]),
                tags.values(tiled ? TILE_OFFSETS : STRIP_OFFSETS),
                tags.values(tiled ? TILE_BYTES : STRIP_BYTES));
    }

    /** Rejects camera raw files: their first page is a thumbnail, or its pixels are those of the sensor. */
    private static void rejectCameraRaw(TiffDirectory tags) throws BadImageException {
        boolean thumbnail = (tags.value(NEW_SUBFILE_TYPE, 0) & 1) == 1 && tags.has(SUB_IFDS);
        long photometric = tags.value(PHOTOMETRIC, 0);
        if (photometric == 32_803 || photometric == 34_892 || thumbnail) {
            throw BadImageException.unsupported(
                    (tags.has(DNG_VERSION) ? "camera raw (DNG)" : "camera raw (NEF or similar)")
                            + "; convert it to JPEG or PNG");
        }
    }

    /** Returns the value of a tag that may be given once for all samples. */
    private static int common(TiffDirectory tags, int tag, int otherwise, int samples, String what)
            throws BadImageException {
        long[] values = tags.values(tag);
        for (int i = 1; i < Math.min(values.length, samples); i++) {
            if (values[i] != values[0]) {
                throw BadImageException.unsupported("TIFF with different " + what);
            }
        }
        return values.length == 0 ? otherwise : (int) Math.min(values[0], Integer.MAX_VALUE);
    }

    /** Returns the number of samples of a pixel that are color: gray, a palette index, RGB or CMYK. */
    int colors() {
        return switch (photometric) {
            case RGB, YCBCR -> 3;
            case CMYK -> 4;
            default -> 1;
        };
    }

    /** Returns the index of the sample by which the colors are multiplied, -1 if none. */
    int associatedAlpha() {
        for (int i = 0; i < extraSamples.length && colors() + i < samples; i++) {
            if (extraSamples[i] == ASSOCIATED_ALPHA) {
                return colors() + i;
            }
        }
        return -1;
    }

    int tilesAcross() {
        return (width + tileWidth - 1) / tileWidth;
    }

    int tilesDown() {
        return (height - 1) / tileHeight + 1;
    }

    /** Returns whether several pixels share their chroma samples, and are stored in blocks. */
    boolean hasBlocks() {
        return blockWidth * blockHeight != 1;
    }

    /** Returns the bytes of a row of a tile or strip, or of a row of blocks: luma samples and two of chroma. */
    long rowBytes() {
        return hasBlocks()
                ? (tileWidth + blockWidth - 1L) / blockWidth * (blockWidth * blockHeight + 2)
                : ((long) tileWidth * bits * (planar ? 1 : samples) + 7) / 8;
    }
}
