package dev.cardinal.udf.image;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the orientation from a file's metadata as Pillow's {@code ImageOps.exif_transpose} does: from EXIF, and from
 * XMP if EXIF has no orientation.
 */
final class OrientationReader {

    private static final String EXIF_PREFIX = "Exif\0\0";
    private static final Pattern XMP_ORIENTATION = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

    /** The metadata of a file: TIFF structure and XMP packet. */
    private record Metadata(
            @Nullable ByteView exif, @Nullable String xmp) {}

    private OrientationReader() {}

    /** Returns a file's orientation; {@link Orientation#AS_STORED} if its metadata have none or cannot be read. */
    static Orientation read(ImageFormat format, ByteView file) {
        try {
            return orientation(
                    switch (format) {
                        case JPEG -> ofJpeg(file);
                        case PNG -> ofPng(file);
                        case WEBP -> ofWebp(file);
                        // A TIFF file is turned when it is decoded; the other formats have no orientation.
                        case TIFF, GIF, BMP, PNM -> new Metadata(null, null);
                    });
        } catch (BadImageException e) {
            return Orientation.AS_STORED;
        }
    }

    /** Returns the orientation in an XMP packet. */
    static Orientation ofXmp(String xmp) {
        Matcher matcher = XMP_ORIENTATION.matcher(xmp);
        return matcher.find() ? Orientation.of(Integer.parseInt(matcher.group(1))) : Orientation.AS_STORED;
    }

    private static Orientation orientation(Metadata metadata) throws BadImageException {
        if (metadata.exif() != null) {
            long start = 0;
            while (metadata.exif().hasAscii(start, EXIF_PREFIX)) {
                start += EXIF_PREFIX.length();
            }
            TiffDirectory directory = TiffDirectory.first(metadata.exif(), start);
            if (directory.has(Orientation.TAG)) {
                return Orientation.of(directory);
            }
        }
        return metadata.xmp() == null ? Orientation.AS_STORED : ofXmp(metadata.xmp());
    }

    private static Metadata ofJpeg(ByteView file) throws BadImageException {
        byte[] exif = JpegMarkers.exif(file);
        return new Metadata(exif == null ? null : new ByteView(exif), JpegMarkers.xmp(file));
    }

    private static Metadata ofPng(ByteView file) {
        ByteView exif = null;
        String profile = null;
        String xmp = null;
        PngChunks chunks = new PngChunks(file);
        while (chunks.next()) {
            switch (chunks.type()) {
                case "eXIf" -> exif = new ByteView(chunks.data());
                case "tEXt", "zTXt", "iTXt" -> {
                    PngText text = PngText.of(chunks.type(), chunks.data());
                    if (text.keyword().equals("XML:com.adobe.xmp")) {
                        xmp = text.text();
                    } else if (text.keyword().equals("Raw profile type exif")) {
                        profile = text.text();
                    }
                }
                default -> {}
            }
        }
        return new Metadata(exif == null && profile != null ? rawProfile(profile) : exif, xmp);
    }

    /** Decodes ImageMagick's form of EXIF: three lines of header, then hexadecimal digits. */
    private static @Nullable ByteView rawProfile(String text) {
        String[] lines = text.split("\n", 4);
        try {
            return lines.length < 4 ? null : new ByteView(HexFormat.of().parseHex(lines[3].replaceAll("\\s", "")));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Metadata ofWebp(ByteView file) throws BadImageException {
        byte[] exif = WebpChunks.metadata(file, "EXIF");
        byte[] xmp = WebpChunks.metadata(file, "XMP ");
        return new Metadata(
                exif == null ? null : new ByteView(exif),
                xmp == null ? null : new String(xmp, StandardCharsets.ISO_8859_1));
    }
}
