package dev.cardinal.udf.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The formats that are decoded, told by a file's leading bytes; its name is never looked at. */
enum ImageFormat {
    JPEG,
    PNG,
    GIF,
    BMP,
    WEBP,
    TIFF;

    /** The format of a file, null when it is none of these. */
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
        if (file.hasAscii(0, "II*\0") || file.hasAscii(0, "MM\0*")) {
            return TIFF;
        }
        return file.hasAscii(0, "BM") ? BMP : null;
    }

    /** What a file of no decoded format seems to be, for the error text. */
    static String describe(ByteView file) {
        if (file.hasAscii(4, "ftyphei") || file.hasAscii(4, "ftypmif1") || file.hasAscii(4, "ftypmsf1")) {
            return "HEIC";
        }
        if (file.hasAscii(4, "ftypavi")) {
            return "AVIF";
        }
        if (file.hasAscii(0, "%PDF")) {
            return "PDF";
        }
        if (file.hasAscii(0, "8BPS")) {
            return "Photoshop";
        }
        if (file.hasAscii(4, "jP  ")) {
            return "JPEG 2000";
        }
        if (file.hasAscii(4, "JXL ") || file.hasAscii(0, "\u00ff\n")) {
            return "JPEG XL";
        }
        return describeText(file);
    }

    private static String describeText(ByteView file) {
        int seen = Math.min(file.length(), 256);
        StringBuilder text = new StringBuilder(seen);
        for (int i = file.hasAscii(0, "\u00ef\u00bb\u00bf") ? 3 : 0; i < seen; i++) {
            byte b = file.bytes()[i];
            if (b < ' ' && b != '\t' && b != '\n' && b != '\r') {
                return "leading bytes " + leadingBytes(file);
            }
            text.append((char) b);
        }
        String start = text.toString().strip().toLowerCase(Locale.ROOT);
        if (start.startsWith("<!doctype html") || start.startsWith("<html")) {
            return "HTML";
        }
        return start.startsWith("<?xml") || start.startsWith("<svg") ? "XML" : "text";
    }

    private static String leadingBytes(ByteView file) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(8, file.length()); i++) {
            hex.append(i == 0 ? "" : " ").append("%02x".formatted(file.bytes()[i] & 0xff));
        }
        return hex.toString();
    }
}
