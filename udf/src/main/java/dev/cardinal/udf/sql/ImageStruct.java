package dev.cardinal.udf.sql;

import dev.cardinal.udf.image.Preparation.Rejected;
import dev.cardinal.udf.image.RawImage;
import dev.cardinal.udf.image.RawImage.PixelLayout;
import dev.cardinal.udf.image.Status;
import dev.cardinal.udf.pipeline.ImageInput;
import java.util.Locale;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Reads image columns: encoded bytes, or the struct of Spark's {@code image} data source with the fields
 * {@code origin, height, width, nChannels, mode, data}. {@code mode} is an OpenCV type number; 8-bit images with 1, 3
 * and 4 channels are supported: CV_8UC1, CV_8UC3 and CV_8UC4. Stateless and thread-safe.
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

    /** Returns whether a column has the type of the struct. */
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

    /** Reads a value of a column of encoded images or of this struct; null if the value is null. */
    static @Nullable ImageInput input(@Nullable Object value, DataType type) {
        if (value == null) {
            return null;
        }
        return type instanceof BinaryType ? new ImageInput.Encoded((byte[]) value) : decoded((InternalRow) value);
    }

    private static ImageInput decoded(InternalRow image) {
        for (int field = HEIGHT; field <= DATA; field++) {
            if (image.isNullAt(field)) {
                return rejected(
                        Status.UNDECODABLE,
                        "image struct without " + TYPE.apply(field).name());
            }
        }
        int height = image.getInt(HEIGHT);
        int width = image.getInt(WIDTH);
        int channels = image.getInt(CHANNELS);
        int mode = image.getInt(MODE);
        if (mode == UNDEFINED || height < 1 || width < 1) {
            return rejected(Status.UNDECODABLE, "Spark could not decode the image");
        }
        PixelLayout layout =
                switch (mode) {
                    case 0 -> PixelLayout.GRAY;
                    case 16 -> PixelLayout.BGR;
                    case 24 -> PixelLayout.BGRA;
                    default -> null;
                };
        if (layout == null) {
            return rejected(
                    Status.UNSUPPORTED,
                    "OpenCV type " + mode + ": only CV_8UC1 (0), CV_8UC3 (16) and CV_8UC4 (24) are supported");
        }
        byte[] data = image.getBinary(DATA);
        long expected = (long) height * width * layout.channels();
        if (channels != layout.channels() || data.length != expected) {
            return rejected(
                    Status.UNDECODABLE,
                    String.format(
                            Locale.ROOT,
                            "%d bytes in %d channels do not match %d x %d pixels of OpenCV type %d",
                            data.length,
                            channels,
                            width,
                            height,
                            mode));
        }
        return new ImageInput.Decoded(new RawImage(width, height, layout, data));
    }

    private static ImageInput rejected(Status status, String error) {
        return new ImageInput.Broken(new Rejected(status, error, null, null));
    }
}
