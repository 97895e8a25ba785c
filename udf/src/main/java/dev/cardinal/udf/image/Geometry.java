package dev.cardinal.udf.image;

import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.Preprocessing.CropRounding;
import dev.cardinal.zoo.Preprocessing.Interpolation;

/**
 * Where the pixels of a prepared image come from: the size an image is scaled to, and the window that is kept of it.
 *
 * @param resized size after scaling
 * @param left first column of the scaled image that is kept
 * @param top first row of the scaled image that is kept
 * @param visible size of the part that is kept
 * @param padLeft columns of zeros before it
 * @param padTop rows of zeros above it
 * @param output size of the result, zeros included
 */
record Geometry(Size resized, int left, int top, Size visible, int padLeft, int padTop, Size output) {

    /** Columns and rows. */
    record Size(int width, int height) {}

    /** One axis of the crop: the first index kept, how many, and the zeros before them. */
    private record Window(int first, int count, int pad) {}

    /** Decides it for images of any size. */
    @FunctionalInterface
    interface Rule {
        Geometry of(int width, int height);
    }

    /** The whole image, made smaller where its longer edge is longer than that. */
    static Geometry within(int edge, int width, int height) {
        int longer = Math.max(width, height);
        Size resized = longer <= edge
                ? new Size(width, height)
                : new Size(shrunk(width, edge, longer), shrunk(height, edge, longer));
        return new Geometry(resized, 0, 0, resized, 0, 0, resized);
    }

    private static int shrunk(int size, int edge, int longer) {
        return (int) Math.max(1, Math.round((double) size * edge / longer));
    }

    static Geometry of(Preprocessing preprocessing, int width, int height) {
        Integer resize = preprocessing.resize();
        Size resized =
                resize == null ? new Size(width, height) : scaled(width, height, resize, preprocessing.interpolation());
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

    /** Whether scaling changes nothing. */
    boolean keepsSize(int width, int height) {
        return resized.width() == width && resized.height() == height;
    }

    /** The shorter edge becomes {@code edge}, the longer one is rounded down. */
    private static Size scaled(int width, int height, int edge, Interpolation interpolation) {
        return width <= height
                ? new Size(edge, longer(height, width, edge, interpolation))
                : new Size(longer(width, height, edge, interpolation), edge);
    }

    private static int longer(int longer, int shorter, int edge, Interpolation interpolation) {
        double length =
                switch (interpolation) {
                    // torchvision: int(size * long / short)
                    case PILLOW_BILINEAR -> (double) ((long) edge * longer) / shorter;
                    // fb.resnet.torch: long / short * size, truncated by Torch
                    case TORCH7_BICUBIC -> (double) longer / shorter * edge;
                };
        return (int) length;
    }

    /** torchvision's center_crop: what is too small gets zeros, half of them rounded down in front. */
    private static Window window(int size, int crop, CropRounding rounding) {
        if (size < crop) {
            return new Window(0, size, (crop - size) / 2);
        }
        double offset = (size - crop) / 2.0;
        double first = rounding == CropRounding.CEIL ? Math.ceil(offset) : Math.rint(offset);
        return new Window((int) first, crop, 0);
    }
}
