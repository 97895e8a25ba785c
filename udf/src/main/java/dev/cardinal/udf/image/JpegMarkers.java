package dev.cardinal.udf.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the markers of a JPEG file (ITU-T T.81, annex B): frame header, metadata, and whether it is complete. */
final class JpegMarkers {

    private static final String EXIF = "Exif\0\0";
    private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";
    private static final int APP_0 = 0xe0;
    private static final int APP_1 = 0xe1;
    private static final int APP_14 = 0xee;
    private static final int START_OF_FRAME_0 = 0xc0;
    private static final int HUFFMAN_TABLES = 0xc4;
    private static final int RESTART_0 = 0xd0;
    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int TEMPORARY = 0x01;
    private static final int JPEG_LS = 0xf7;

    private JpegMarkers() {}

    /** Reads size, components and precision from the first frame header. */
    static ImageHeader frameHeader(ByteView file) throws BadImageException {
        long at = frame(file);
        int bits = file.u8(at + 2);
        String process = unsupportedProcess(file.u8(at - 1), bits);
        if (process != null) {
            throw BadImageException.unsupported(process + "; convert it to an 8-bit JPEG or PNG");
        }
        return ImageHeader.of(file.u16be(at + 5), file.u16be(at + 3), file.u8(at + 7), bits);
    }

    private static @Nullable String unsupportedProcess(int frame, int bits) {
        return switch (frame) {
            case JPEG_LS -> "JPEG-LS";
            case 0xc3, 0xcb -> "lossless JPEG";
            case 0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf -> "hierarchical JPEG";
            default -> bits == 8 ? null : String.format(Locale.ROOT, "JPEG with %d bits per sample", bits);
        };
    }

    /** Returns the offset after the first frame's marker. */
    private static long frame(ByteView file) throws BadImageException {
        long at = 2;
        while (true) {
            at = nextMarker(file, at);
            int marker = file.u8(at - 1);
            if (isFrame(marker)) {
                return at;
            }
            if (endsHead(marker)) {
                throw new BadImageException("no frame header before byte " + (at - 2));
            }
            at += segmentLength(file, at, marker);
        }
    }

    /** Returns whether the samples are in one scan, from top to bottom. */
    static boolean isSequential(ByteView file) throws BadImageException {
        int marker = file.u8(frame(file) - 1);
        return marker == START_OF_FRAME_0 || marker == START_OF_FRAME_0 + 1;
    }

    /** Returns whether the markers reach the end of the image; anything after it is ignored. */
    static boolean isComplete(ByteView file) {
        try {
            long at = 2;
            while (true) {
                at = nextMarker(file, at);
                int marker = file.u8(at - 1);
                if (marker == END_OF_IMAGE) {
                    return true;
                }
                at += segmentLength(file, at, marker);
            }
        } catch (BadImageException e) {
            return false;
        }
    }

    /** Returns whether the segments before the scan follow each other and have versions that libjpeg knows. */
    static boolean hasPlainHead(ByteView file) throws BadImageException {
        long at = 2;
        while (true) {
            long segment = nextMarker(file, at);
            for (long i = at; i < segment - 1; i++) {
                if (file.u8(i) != 0xff) {
                    return false;
                }
            }
            int marker = file.u8(segment - 1);
            if (endsHead(marker)) {
                return true;
            }
            boolean unknownJfif = marker == APP_0
                    && file.hasAscii(segment + 2, "JFIF\0")
                    && (file.u8(segment + 7) < 1 || file.u8(segment + 7) > 2);
            boolean unknownAdobe = marker == APP_14 && file.hasAscii(segment + 2, "Adobe") && file.u8(segment + 13) > 2;
            if (unknownJfif || unknownAdobe) {
                return false;
            }
            at = segment + segmentLength(file, segment, marker);
        }
    }

    /** Returns whether a marker is the first of a scan, or the end of a file without one. */
    static boolean endsHead(int marker) {
        return marker == START_OF_SCAN || marker == END_OF_IMAGE;
    }

    /** Returns the color transform of the Adobe segment: 0 for none, other values for YCbCr; -1 without segment. */
    static int adobeTransform(ByteView file) throws BadImageException {
        long at = segment(file, 2, APP_14, "Adobe");
        return at < 0 ? -1 : file.u8(at + 11);
    }

    /** Returns the TIFF structure of the EXIF segments, which may be several; null without one. */
    static byte @Nullable [] exif(ByteView file) throws BadImageException {
        ByteArrayOutputStream exif = new ByteArrayOutputStream();
        long at = segment(file, 2, APP_1, EXIF);
        while (at >= 0) {
            int length = file.u16be(at - 2) - 2;
            file.require(at + length);
            exif.write(file.bytes(), (int) at + EXIF.length(), length - EXIF.length());
            at = segment(file, at + length, APP_1, EXIF);
        }
        return exif.size() == 0 ? null : exif.toByteArray();
    }

    /** Returns the XMP packet, null without one. */
    static @Nullable String xmp(ByteView file) throws BadImageException {
        long at = segment(file, 2, APP_1, XMP);
        if (at < 0) {
            return null;
        }
        int length = file.u16be(at - 2) - 2;
        file.require(at + length);
        int text = (int) at + XMP.length();
        return new String(file.bytes(), text, length - XMP.length(), StandardCharsets.ISO_8859_1);
    }

    /** Returns the offset of the next segment body before the scan with that marker and leading text, else -1. */
    private static long segment(ByteView file, long from, int wanted, String text) throws BadImageException {
        long at = from;
        while (true) {
            at = nextMarker(file, at);
            int marker = file.u8(at - 1);
            if (endsHead(marker)) {
                return -1;
            }
            if (marker == wanted && file.hasAscii(at + 2, text)) {
                return at + 2;
            }
            at += segmentLength(file, at, marker);
        }
    }

    /**
     * Returns the offset just after the next marker. Entropy-coded data is skipped like any bytes between segments: a
     * 0xff in it is followed by 0, or belongs to a restart marker.
     */
    static long nextMarker(ByteView file, long from) throws BadImageException {
        byte[] bytes = file.bytes();
        for (int i = (int) Math.min(from, bytes.length); i < bytes.length - 1; i++) {
            if (bytes[i] == (byte) 0xff && bytes[i + 1] != 0 && bytes[i + 1] != (byte) 0xff) {
                return i + 2L;
            }
        }
        throw BadImageException.prematureEnd(bytes.length);
    }

    /** Returns a segment's length; libjpeg skips lengths of 0 and 1 as it does 2. */
    static int segmentLength(ByteView file, long at, int marker) throws BadImageException {
        if (marker == TEMPORARY || (marker >= RESTART_0 && marker <= START_OF_IMAGE)) {
            return 0;
        }
        return Math.max(2, file.u16be(at));
    }

    private static boolean isFrame(int marker) {
        return marker == JPEG_LS
                || (marker >= START_OF_FRAME_0
                        && marker <= 0xcf
                        && marker != HUFFMAN_TABLES
                        && marker != 0xc8
                        && marker != 0xcc);
    }
}
