package dev.cardinal.udf.image;

import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;

/**
 * The user's options for decoding. Serializable.
 *
 * @param maxPixels images with more pixels are {@code too_large}; the header is checked before pixels are allocated
 * @param exifOrientation whether the orientation in the metadata is applied
 * @param truncated what happens to a JPEG or PNG file whose data end early
 */
@PublicApi
public record ImageOptions(long maxPixels, ExifOrientation exifOrientation, Truncated truncated)
        implements Serializable {

    /** The number of pixels above which Pillow rejects an image as a decompression bomb. */
    public static final long DEFAULT_MAX_PIXELS = 178_956_970L;

    /** The handling of the EXIF orientation tag. */
    public enum ExifOrientation {
        /** Pixels stay as they are stored, as in torchvision's image loader. */
        IGNORE,
        /** Pixels are rotated and mirrored as EXIF says, or XMP if EXIF has no orientation. */
        APPLY
    }

    /** The handling of JPEG and PNG files whose data end early. */
    public enum Truncated {
        /** The image is undecodable. */
        REJECT,
        /** The missing part is gray (JPEG) or black (PNG), as with Pillow's {@code LOAD_TRUNCATED_IMAGES}. */
        KEEP
    }

    public ImageOptions {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels must be at least 1, not " + maxPixels);
        }
    }

    /** Returns options that reject truncated files. */
    public ImageOptions(long maxPixels, ExifOrientation exifOrientation) {
        this(maxPixels, exifOrientation, Truncated.REJECT);
    }

    /** Returns these options with the lower of their own limit of pixels and another one. */
    public ImageOptions atMost(long pixels) {
        return new ImageOptions(Math.min(maxPixels, pixels), exifOrientation, truncated);
    }

    public static ImageOptions defaults() {
        return new ImageOptions(DEFAULT_MAX_PIXELS, ExifOrientation.IGNORE);
    }
}
