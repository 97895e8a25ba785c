package dev.cardinal.udf.image;

import java.io.ByteArrayOutputStream;

/**
 * Rewrites the segments before a JPEG file's first scan so that libjpeg has nothing to warn about: TensorFlow's prints
 * its warnings on the console, and the JDK's rejects broken color profiles.
 */
final class JpegHead {

    private static final int APP_0 = 0xe0;
    private static final int APP_14 = 0xee;
    private static final int COMMENT = 0xfe;

    private JpegHead() {}

    /** Returns the file itself, or a copy without stray bytes between segments and with known versions. */
    static byte[] withoutWarnings(ByteView file) throws BadImageException {
        return JpegMarkers.hasPlainHead(file) ? file.bytes() : rewrite(file);
    }

    /** Returns a copy that has only the segments that matter for the samples: no metadata, no profile. */
    static byte[] withoutMetadata(ByteView file) throws BadImageException {
        return rewrite(file);
    }

    private static byte[] rewrite(ByteView file) throws BadImageException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(file.length());
        out.write(file.bytes(), 0, 2);
        long at = 2;
        while (true) {
            at = JpegMarkers.nextMarker(file, at);
            int marker = file.u8(at - 1);
            int length = JpegMarkers.segmentLength(file, at, marker);
            if (JpegMarkers.endsHead(marker)) {
                out.write(file.bytes(), (int) at - 2, file.length() - (int) at + 2);
                return out.toByteArray();
            }
            file.require(at + length);
            if (matters(file, at, marker)) {
                byte[] segment = new byte[length + 2];
                System.arraycopy(file.bytes(), (int) at - 2, segment, 0, segment.length);
                repair(segment, marker);
                out.writeBytes(segment);
            }
            at += length;
        }
    }

    private static boolean matters(ByteView file, long at, int marker) {
        if (marker == APP_0 || marker == APP_14) {
            return file.hasAscii(at + 2, marker == APP_0 ? "JFIF\0" : "Adobe");
        }
        return (marker & 0xf0) != APP_0 && marker != COMMENT;
    }

    /** Writes the version and the color transform that libjpeg assumes when it does not know them. */
    private static void repair(byte[] segment, int marker) {
        if (marker == APP_0 && segment.length > 9 && segment[9] != 1 && segment[9] != 2) {
            segment[9] = 1;
        }
        if (marker == APP_14 && segment.length > 15 && (segment[15] & 0xff) > 2) {
            segment[15] = 1;
        }
    }
}
