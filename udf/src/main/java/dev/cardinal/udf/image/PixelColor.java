package dev.cardinal.udf.image;

import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.Preprocessing.CropMode;
import java.util.List;

/** The color of the pixels next to an image that is smaller than the crop, 0 to 255 in each channel. */
record PixelColor(int red, int green, int blue) {
    static final PixelColor BLACK = new PixelColor(0, 0, 0);

    /** Returns the mean color if the card adds a border, as timm does; black otherwise, as torchvision's crop does. */
    static PixelColor border(Preprocessing preprocessing) {
        if (preprocessing.cropMode() != CropMode.BORDER) {
            return BLACK;
        }
        List<Double> mean = preprocessing.mean();
        return new PixelColor(channel(mean.get(0)), channel(mean.get(1)), channel(mean.get(2)));
    }

    private static int channel(double share) {
        return (int) Math.max(0, Math.min(255, Math.rint(255 * share)));
    }

    /** Returns an image of this color, three bytes a pixel. */
    byte[] image(int pixels) {
        byte[] rgb = new byte[pixels * 3];
        if (!equals(BLACK)) {
            for (int i = 0; i < rgb.length; i += 3) {
                rgb[i] = (byte) red;
                rgb[i + 1] = (byte) green;
                rgb[i + 2] = (byte) blue;
            }
        }
        return rgb;
    }
}
