package dev.cardinal.udf.image;

/** The image that resize_table.py resizes: an integer formula of column, row and channel. */
final class SyntheticPicture {

    private SyntheticPicture() {}

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
