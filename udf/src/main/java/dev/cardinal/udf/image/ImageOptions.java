package dev.cardinal.udf.image;

import java.io.Serializable;

/**
 * What the user decides about decoding.
 *
 * @param maxPixels images of more pixels are {@code too_large}, told from the header before pixels are allocated
 * @param exifOrientation whether a camera's rotation mark is applied
 */
public record ImageOptions(long maxPixels, ExifOrientation exifOrientation) implements Serializable {

    /** Where Pillow refuses a decompression bomb, in pixels. */
    public static final long DEFAULT_MAX_PIXELS = 178_956_970L;

    /** What is done with the EXIF orientation tag. */
    public enum ExifOrientation {
        /** As torchvision's image loader: pixels stay as they are stored. */
        IGNORE,
        /** Pixels are turned and mirrored as the tag says. */
        APPLY
    }

    public ImageOptions {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels must be at least 1, not " + maxPixels);
        }
    }

    public static ImageOptions defaults() {
        return new ImageOptions(DEFAULT_MAX_PIXELS, ExifOrientation.IGNORE);
    }
}
