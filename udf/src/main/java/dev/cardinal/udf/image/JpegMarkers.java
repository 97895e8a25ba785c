package dev.cardinal.udf.image;

/** The marker segments of a JPEG file (ITU-T T.81, annex B): its frame header, and whether it is there to the end. */
final class JpegMarkers {

    private static final int APP_1 = 0xe1;
    private static final int APP_14 = 0xee;
    private static final int START_OF_FRAME_0 = 0xc0;
    private static final int HUFFMAN_TABLES = 0xc4;
    private static final int RESTART_0 = 0xd0;
    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int TEMPORARY = 0x01;

    private JpegMarkers() {}

    /** Size, components and precision from the first frame header. */
    static ImageHeader frameHeader(ByteView file) throws BadImageException {
        long at = 2;
        while (true) {
            at = nextMarker(file, at);
            int marker = file.u8(at - 1);
            if (isFrame(marker)) {
                return ImageHeader.of(file.u16be(at + 5), file.u16be(at + 3), file.u8(at + 7), file.u8(at + 2));
            }
            if (marker == END_OF_IMAGE || marker == START_OF_SCAN) {
                throw new BadImageException("no frame header before byte " + (at - 2));
            }
            at += segmentLength(file, at, marker);
        }
    }

    /** Follows the markers to the end of the image; what comes after it is nobody's business. */
    static void requireComplete(ByteView file) throws BadImageException {
        long at = 2;
        while (true) {
            at = nextMarker(file, at);
            int marker = file.u8(at - 1);
            if (marker == END_OF_IMAGE) {
                return;
            }
            at += segmentLength(file, at, marker);
        }
    }

    /** The colour transform that the Adobe segment names: 0 for none, others for YCbCr; -1 without a segment. */
    static int adobeTransform(ByteView file) throws BadImageException {
        long at = segment(file, APP_14, "Adobe");
        return at < 0 ? -1 : file.u8(at + 11);
    }

    /** Where the TIFF structure of the EXIF segment begins, -1 without one. */
    static long exif(ByteView file) throws BadImageException {
        long at = segment(file, APP_1, "Exif\0\0");
        return at < 0 ? -1 : at + 6;
    }

    /** Where the body of the first segment before the scan with that marker and leading text begins, -1 without one. */
    private static long segment(ByteView file, int wanted, String text) throws BadImageException {
        long at = 2;
        while (true) {
            at = nextMarker(file, at);
            int marker = file.u8(at - 1);
            if (marker == START_OF_SCAN || marker == END_OF_IMAGE) {
                return -1;
            }
            if (marker == wanted && file.hasAscii(at + 2, text)) {
                return at + 2;
            }
            at += segmentLength(file, at, marker);
        }
    }

    /**
     * The offset just behind the next marker. Entropy-coded data is passed over like any bytes between segments: a 0xff in
     * it is followed by 0 or is a restart marker.
     */
    private static long nextMarker(ByteView file, long from) throws BadImageException {
        byte[] bytes = file.bytes();
        for (int i = (int) Math.min(from, bytes.length); i < bytes.length - 1; i++) {
            if (bytes[i] == (byte) 0xff && bytes[i + 1] != 0 && bytes[i + 1] != (byte) 0xff) {
                return i + 2L;
            }
        }
        throw BadImageException.prematureEnd(bytes.length);
    }

    private static int segmentLength(ByteView file, long at, int marker) throws BadImageException {
        if (marker == TEMPORARY || (marker >= RESTART_0 && marker <= START_OF_IMAGE)) {
            return 0;
        }
        int length = file.u16be(at);
        if (length < 2) {
            throw new BadImageException("a segment of length %d at byte %d".formatted(length, at));
        }
        return length;
    }

    private static boolean isFrame(int marker) {
        return marker >= START_OF_FRAME_0
                && marker <= 0xcf
                && marker != HUFFMAN_TABLES
                && marker != 0xc8
                && marker != 0xcc;
    }
}
