package dev.cardinal.udf.image;

/** The image that resize_table.py resizes: an integer formula of column, row and channel. */
public final class SyntheticPicture {

    private SyntheticPicture() {}

    /** Returns the image as a decoded image. */
    public static RawImage raw(int width, int height) {
        byte[] rgb = of(width, height).rgb();
        byte[] bgr = new byte[3 * width * height];
        for (int i = 0; i < bgr.length; i++) {
            bgr[i] = rgb[i - i % 3 + 2 - i % 3];
        }
        return new RawImage(width, height, RawImage.PixelLayout.BGR, bgr);
    }

    static Pixels of(int width, int height) {
        Pixels pixels = new Pixels();
        pixels.reshape(width, height);
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    int detail = (x * x * 7 + y * y * 13 + x * y * 29 + c * 101) / 31 % 97;
                    pixels.rgb()[at++] = (byte) (x * 3 + y * 5 + c * 40 + detail);
                }
            }
        }
        return pixels;
    }
}
