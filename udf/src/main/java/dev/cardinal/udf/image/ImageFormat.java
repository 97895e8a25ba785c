package dev.cardinal.udf.image;

import org.jspecify.annotations.Nullable;

/** The supported formats, detected by a file's leading bytes; its name is ignored. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    WEBP,
    TIFF,
    PNM;

    /** Detects the format of a file; returns null if it is not supported. */
    static @Nullable ImageFormat of(ByteView file) {
        if (file.hasAscii(0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (file.hasAscii(0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (file.hasAscii(0, "GIF87a") || file.hasAscii(0, "GIF89a")) {
            return GIF;
        }
        if (file.hasAscii(0, "RIFF") && file.hasAscii(8, "WEBP")) {
            return WEBP;
        }
        if (isTiff(file)) {
            return TIFF;
        }
        if (file.length() > 2 && file.ascii(0, 3).matches("P[1-6]\\s")) {
            return PNM;
        }
        // A text may begin with BM too.
        return file.hasAscii(0, "BM") && !TextKind.isText(file) ? BMP : null;
    }

    /** TIFF and BigTIFF, not the camera raw format with a similar header. */
    private static boolean isTiff(ByteView file) {
        return (file.hasAscii(0, "II*\0") && !file.hasAscii(8, "CR\2\0"))
                || file.hasAscii(0, "MM\0*")
                || file.hasAscii(0, "II+\0\b\0\0\0")
                || file.hasAscii(0, "MM\0+\0\b\0\0");
    }
}
