package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import dev.cardinal.zoo.card.Preprocessing.CropRounding;
import dev.cardinal.zoo.card.Preprocessing.Interpolation;

/**
 * The geometry of a prepared image: the size to which an image is scaled, and the window that is cropped from it.
 *
 * @param resized size after scaling
 * @param left first column of the scaled image in the window
 * @param top first row of the scaled image in the window
 * @param visible size of the window
 * @param padLeft columns of zeros left of the window
 * @param padTop rows of zeros above the window
 * @param output size of the result, including the zeros
 */
record Geometry(Size resized, int left, int top, Size visible, int padLeft, int padTop, Size output) {

    /** Columns and rows. */
    record Size(int width, int height) {}

    /** One axis of the window: its first index, its length, and the zeros before it. */
    private record Window(int first, int count, int pad) {}

    /** Computes the geometry for an image of any size. */
    @FunctionalInterface
    interface Rule {
        Geometry of(int width, int height);
    }

    /** Returns the geometry of the whole image, scaled down if its longer edge is longer than {@code edge}. */
    static Geometry within(int edge, int width, int height) {
        int longer = Math.max(width, height);
        Size resized = longer <= edge
                ? new Size(width, height)
                : new Size(shrunk(width, edge, longer), shrunk(height, edge, longer));
        return new Geometry(resized, 0, 0, resized, 0, 0, resized);
    }

    /** Returns the geometry of the whole image, scaled down if its shorter edge is longer than {@code edge}. */
    static Geometry shorterEdge(int edge, int width, int height) {
        Size resized = Math.min(width, height) <= edge
                ? new Size(width, height)
                : scaled(width, height, edge, Interpolation.PILLOW_BILINEAR);
        return new Geometry(resized, 0, 0, resized, 0, 0, resized);
    }

    private static int shrunk(int size, int edge, int longer) {
        return (int) Math.max(1, Math.round((double) size * edge / longer));
    }

    static Geometry of(Preprocessing preprocessing, int width, int height) {
        Integer resize = preprocessing.resize();
        Size resized = resize == null ? new Size(width, height) : scaled(width, height, resize, preprocessing);
        Integer crop = preprocessing.crop();
        if (crop == null) {
            return new Geometry(resized, 0, 0, resized, 0, 0, resized);
        }
        Window columns = window(resized.width(), crop, preprocessing.cropRounding());
        Window rows = window(resized.height(), crop, preprocessing.cropRounding());
        return new Geometry(
                resized,
                columns.first(),
                rows.first(),
                new Size(columns.count(), rows.count()),
                columns.pad(),
                rows.pad(),
                new Size(crop, crop));
    }

    /** Returns the geometry of the whole scaled image. */
    Geometry whole() {
        return new Geometry(resized, 0, 0, resized, 0, 0, resized);
    }

    /** Returns the window with another position in the scaled image. */
    Geometry at(int column, int row) {
        return new Geometry(resized, column, row, visible, padLeft, padTop, output);
    }

    /** Returns the window that shows in the image what this window shows in its mirror image. */
    Geometry mirrored() {
        return new Geometry(
                resized,
                resized.width() - visible.width() - left,
                top,
                visible,
                output.width() - visible.width() - padLeft,
                padTop,
                output);
    }

    /** Returns whether scaling changes nothing. */
    boolean keepsSize(int width, int height) {
        return resized.width() == width && resized.height() == height;
    }

    private static Size scaled(int width, int height, int edge, Preprocessing preprocessing) {
        CropMode mode = preprocessing.cropMode();
        if (mode == null) {
            return scaled(width, height, edge, preprocessing.interpolation());
        }
        return switch (mode) {
            case SQUASH -> new Size(edge, edge);
            case BORDER -> scaledInside(width, height, edge);
        };
    }

    /** Scales the longer edge to {@code edge}; the shorter edge is rounded to nearest: timm's ResizeKeepRatio. */
    private static Size scaledInside(int width, int height, int edge) {
        double ratio = Math.max((double) height / edge, (double) width / edge);
        return new Size((int) Math.max(1, Math.rint(width / ratio)), (int) Math.max(1, Math.rint(height / ratio)));
    }

    /** Scales the shorter edge to {@code edge}; the longer edge is rounded down. */
    private static Size scaled(int width, int height, int edge, Interpolation interpolation) {
        return width <= height
                ? new Size(edge, longer(height, width, edge, interpolation))
                : new Size(longer(width, height, edge, interpolation), edge);
    }

    private static int longer(int longer, int shorter, int edge, Interpolation interpolation) {
        double length = interpolation == Interpolation.TORCH7_BICUBIC
                // fb.resnet.torch: long / short * size, truncated by Torch
                ? (double) longer / shorter * edge
                // torchvision: int(size * long / short)
                : (double) ((long) edge * longer) / shorter;
        return (int) length;
    }

    /** Follows torchvision's center_crop: an axis that is too short gets zeros, half of them (rounded down) first. */
    private static Window window(int size, int crop, CropRounding rounding) {
        if (size < crop) {
            return new Window(0, size, (crop - size) / 2);
        }
        double offset = (size - crop) / 2.0;
        double first = rounding == CropRounding.CEIL ? Math.ceil(offset) : Math.rint(offset);
        return new Window((int) first, crop, 0);
    }
}
