package dev.cardinal.udf.image;

import dev.cardinal.udf.image.Geometry.Size;

/** The camera's orientation in EXIF tag 0x0112; the constants have the order of its values, 1 to 8. */
enum Orientation {
    AS_STORED,
    MIRRORED,
    HALF_TURN,
    UPSIDE_DOWN,
    TRANSPOSED,
    QUARTER_TURN_RIGHT,
    TRANSVERSED,
    QUARTER_TURN_LEFT;

    static final int TAG = 0x0112;

    /** Reads the orientation from a directory of tags. */
    static Orientation of(TiffDirectory directory) throws BadImageException {
        return of(directory.value(TAG, 1));
    }

    /** Returns the orientation of a tag's value; a value out of range means {@link #AS_STORED}. */
    static Orientation of(long value) {
        return value >= 1 && value <= values().length ? values()[(int) value - 1] : AS_STORED;
    }

    private boolean swapsAxes() {
        return compareTo(TRANSPOSED) >= 0;
    }

    /** Returns the size of an image in its orientation. */
    Size turned(Size stored) {
        return swapsAxes() ? new Size(/* width= */ stored.height(), /* height= */ stored.width()) : stored;
    }

    /** Returns the image in its orientation: {@code stored} itself, or {@code into} with its pixels moved. */
    Pixels turn(Pixels stored, Pixels into) {
        if (this == AS_STORED) {
            return stored;
        }
        Size size = turned(new Size(stored.width(), stored.height()));
        int width = size.width();
        int height = size.height();
        into.reshape(width, height);
        byte[] from = stored.rgb();
        byte[] to = into.rgb();
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int source = 3 * source(x, y, stored.width(), stored.height());
                to[at++] = from[source];
                to[at++] = from[source + 1];
                to[at++] = from[source + 2];
            }
        }
        return into;
    }

    /** Returns the index of the stored pixel for a position in the result; width and height are of the stored image. */
    private int source(int x, int y, int width, int height) {
        int right = width - 1;
        int bottom = height - 1;
        return switch (this) {
            case AS_STORED -> y * width + x;
            case MIRRORED -> y * width + right - x;
            case HALF_TURN -> (bottom - y) * width + right - x;
            case UPSIDE_DOWN -> (bottom - y) * width + x;
            case TRANSPOSED -> x * width + y;
            case QUARTER_TURN_RIGHT -> (bottom - x) * width + y;
            case TRANSVERSED -> (bottom - x) * width + right - y;
            case QUARTER_TURN_LEFT -> x * width + right - y;
        };
    }
}
