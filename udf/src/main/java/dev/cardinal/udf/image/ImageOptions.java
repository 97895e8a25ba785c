package dev.cardinal.udf.image;

import dev.cardinal.zoo.PublicApi;
import java.io.Serializable;

/**
 * The user's options for decoding and preparing images. Serializable.
 *
 * @param maxPixels images with more pixels are {@code too_large}; the header is checked before pixels are allocated
 * @param exifOrientation whether the orientation in the metadata is applied
 * @param truncated what happens to a JPEG or PNG file whose data end early
 * @param views the views of an image that the model classifies
 * @param draft whether JPEG images are decoded at a half, a quarter or an eighth of their size if that is at least the size to
 *     which the model's preprocessing scales them, as by Pillow's {@code Image.draft}. Faster for large photos; the pixels differ
 */
@PublicApi
public record ImageOptions(
        long maxPixels, ExifOrientation exifOrientation, Truncated truncated, Views views, boolean draft)
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

    /**
     * The views of an image that the model classifies. The result of an image is the mean of its views. Each view costs as much
     * of the model's time as an image with one view.
     */
    public enum Views {
        /** The image as the card describes it, usually a center crop. */
        ONE(1),
        /** This view and its mirror image. */
        FLIP(2),
        /** The four corners and the center, as in torchvision's {@code FiveCrop}. */
        FIVE_CROP(5),
        /** The four corners and the center of the image and of its mirror image, as in torchvision's {@code TenCrop}. */
        TEN_CROP(10);

        private final int count;

        Views(int count) {
            this.count = count;
        }

        /** Returns the number of views of an image. */
        public int count() {
            return count;
        }
    }

    public ImageOptions {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels must be at least 1, not " + maxPixels);
        }
    }

    /** Returns options for one view that reject truncated files. */
    public ImageOptions(long maxPixels, ExifOrientation exifOrientation) {
        this(maxPixels, exifOrientation, Truncated.REJECT);
    }

    /** Returns options for one view. */
    public ImageOptions(long maxPixels, ExifOrientation exifOrientation, Truncated truncated) {
        this(maxPixels, exifOrientation, truncated, Views.ONE, false);
    }

    /** Returns these options with the lower of their own limit of pixels and another one. */
    public ImageOptions atMost(long pixels) {
        return new ImageOptions(Math.min(maxPixels, pixels), exifOrientation, truncated, views, draft);
    }

    /** Returns these options with other views. */
    public ImageOptions withViews(Views other) {
        return new ImageOptions(maxPixels, exifOrientation, truncated, other, draft);
    }

    /** Returns these options with drafts, or without them. */
    public ImageOptions withDraft(boolean other) {
        return new ImageOptions(maxPixels, exifOrientation, truncated, views, other);
    }

    public static ImageOptions defaults() {
        return new ImageOptions(DEFAULT_MAX_PIXELS, ExifOrientation.IGNORE);
    }
}
