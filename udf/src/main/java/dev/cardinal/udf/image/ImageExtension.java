package dev.cardinal.udf.image;

import java.util.Locale;
import java.util.Optional;

/** Finds the usual file extension of an encoded image by its first bytes. Stateless and thread-safe. */
public final class ImageExtension {
    private ImageExtension() {}

    /** Returns the extension without a dot, such as {@code jpg}; empty if the format is not supported. */
    public static Optional<String> of(byte[] encoded) {
        ImageFormat format = ImageFormat.of(new ByteView(encoded));
        if (format == null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (format) {
                    case JPEG -> "jpg";
                    case TIFF -> "tif";
                    case PNM -> "ppm";
                    default -> format.name().toLowerCase(Locale.ROOT);
                });
    }
}
