package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.Views;
import java.util.List;
import java.util.stream.Stream;

/**
 * A view of an image: a window of the scaled image, possibly mirrored. Immutable.
 *
 * @param geometry position of the window in the scaled image
 * @param mirrored whether the window's columns are in reverse order
 */
record ImageView(Geometry geometry, boolean mirrored) {

    /**
     * Returns the views of an image, in the order of torchvision's {@code FiveCrop} and {@code TenCrop}: top left, top right, bottom
     * left, bottom right, center, then the same of the mirror image. Along a side that is not longer than the crop, all windows
     * are at the position of the center crop; torchvision rejects such images.
     *
     * @param center geometry of the center crop
     */
    static List<ImageView> of(Geometry center, Views views) {
        ImageView one = new ImageView(center, false);
        return switch (views) {
            case ONE -> List.of(one);
            case FLIP -> List.of(one, new ImageView(center, true));
            case FIVE_CROP ->
                windows(center).map(window -> new ImageView(window, false)).toList();
            case TEN_CROP ->
                Stream.concat(
                                windows(center).map(window -> new ImageView(window, false)),
                                windows(center).map(window -> new ImageView(window.mirrored(), true)))
                        .toList();
        };
    }

    private static Stream<Geometry> windows(Geometry center) {
        int right = center.resized().width() - center.visible().width();
        int bottom = center.resized().height() - center.visible().height();
        return Stream.of(center.at(0, 0), center.at(right, 0), center.at(0, bottom), center.at(right, bottom), center);
    }
}
