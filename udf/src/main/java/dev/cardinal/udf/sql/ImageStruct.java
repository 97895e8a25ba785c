package dev.cardinal.udf.sql;

import dev.cardinal.udf.Picture;
import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.RawImage.Layout;
import dev.cardinal.udf.image.Status;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The struct in which Spark's {@code image} data source gives an image: {@code origin, height, width, nChannels, mode, data}, where
 * {@code mode} is OpenCV's number of the type. 8-bit images of 1, 3 and 4 channels are classified: CV_8UC1, CV_8UC3 and CV_8UC4.
 * Stateless and thread-safe.
 */
public final class ImageStruct {
    private static final int HEIGHT = 1;
    private static final int WIDTH = 2;
    private static final int CHANNELS = 3;
    private static final int MODE = 4;
    private static final int DATA = 5;
    private static final int UNDEFINED = -1;
    private static final StructType TYPE = new StructType()
            .add("origin", DataTypes.StringType)
            .add("height", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("nChannels", DataTypes.IntegerType)
            .add("mode", DataTypes.IntegerType)
            .add("data", DataTypes.BinaryType);

    private ImageStruct() {}

    /** Whether a column has this type. */
    public static boolean is(DataType type) {
        if (!(type instanceof StructType struct) || struct.length() != TYPE.length()) {
            return false;
        }
        for (int i = 0; i < TYPE.length(); i++) {
            if (!struct.apply(i).name().equals(TYPE.apply(i).name())
                    || !struct.apply(i).dataType().equals(TYPE.apply(i).dataType())) {
                return false;
            }
        }
        return true;
    }

    /** A value of a column of encoded images, or of this type. */
    static @Nullable Picture picture(@Nullable Object value, DataType type) {
        if (value == null) {
            return null;
        }
        return type instanceof BinaryType ? new Picture.Encoded((byte[]) value) : picture((InternalRow) value);
    }

    private static Picture picture(InternalRow image) {
        for (int field = HEIGHT; field <= DATA; field++) {
            if (image.isNullAt(field)) {
                return broken(
                        Status.UNDECODABLE, "image without " + TYPE.apply(field).name());
            }
        }
        int height = image.getInt(HEIGHT);
        int width = image.getInt(WIDTH);
        int channels = image.getInt(CHANNELS);
        int mode = image.getInt(MODE);
        if (mode == UNDEFINED || height < 1 || width < 1) {
            return broken(Status.UNDECODABLE, "Spark could not decode it");
        }
        Layout layout =
                switch (mode) {
                    case 0 -> Layout.GRAY;
                    case 16 -> Layout.BGR;
                    case 24 -> Layout.BGRA;
                    default -> null;
                };
        if (layout == null) {
            return broken(
                    Status.UNSUPPORTED,
                    "pixels of OpenCV's type " + mode + ": CV_8UC1 (0), CV_8UC3 (16) and CV_8UC4 (24) are classified");
        }
        byte[] data = image.getBinary(DATA);
        long expected = (long) height * width * layout.channels();
        if (channels != layout.channels() || data.length != expected) {
            return broken(
                    Status.UNDECODABLE,
                    "%d bytes in %d channels are not %d x %d pixels of OpenCV's type %d"
                            .formatted(data.length, channels, width, height, mode));
        }
        return new Picture.Decoded(new RawImage(width, height, layout, data));
    }

    private static Picture broken(Status status, String error) {
        return new Picture.Broken(new Rejected(status, error, null, null));
    }
}
