package dev.cardinal.udf.image;

import java.awt.image.Raster;

/**
 * JPEG, decoded by TensorFlow's libjpeg-turbo with the accurate integer DCT and fancy upsampling, as Pillow's is. Files of
 * four components are decoded by the JDK's libjpeg, which gives the inks themselves.
 */
final class JpegDecoder implements ImageDecoder {

    /** The fewest bits that hold a block of 8 x 8 pixels is one. */
    private static final int MOST_PIXELS_PER_BYTE = 8 * 64;

    private static final byte GREY = (byte) 128;

    private final TensorFlowCodecs codecs;
    private int[] row = new int[0];

    JpegDecoder(TensorFlowCodecs codecs) {
        this.codecs = codecs;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        return JpegMarkers.frameHeader(file);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        JpegMarkers.requireComplete(file);
        if (header.pixels() / MOST_PIXELS_PER_BYTE > file.length()) {
            throw lie(header, "%d bytes cannot hold them".formatted(file.length()));
        }
        if (header.channels() == 4) {
            convertInks(samples(file, header), JpegMarkers.adobeTransform(file), into);
            return;
        }
        codecs.decodeJpeg(file.bytes(), header, into);
        if (endsGrey(into)) {
            samples(file, header);
        }
    }

    /**
     * The samples as they are stored, from the JDK's reader, which warns where TensorFlow keeps silent. A new one for each
     * file: it would lend a file that lacks its tables those of the file before.
     */
    private static Raster samples(ByteView file, ImageHeader header) throws BadImageException {
        try (LibraryReader reader = LibraryReader.ofJdk("jpeg")) {
            Raster samples = reader.raster(file.bytes());
            if (reader.endedEarly()) {
                throw lie(header, "the data end before that");
            }
            return samples;
        }
    }

    /** libjpeg paints what the data do not hold a uniform middle grey, and only warns. */
    private static boolean endsGrey(Pixels pixels) {
        byte[] rgb = pixels.rgb();
        int last = pixels.size() - 3;
        return rgb[last] == GREY && rgb[last + 1] == GREY && rgb[last + 2] == GREY;
    }

    private static BadImageException lie(ImageHeader header, String reason) {
        return new BadImageException(
                "the header says %d x %d pixels, %s".formatted(header.width(), header.height(), reason));
    }

    /**
     * Inks to RGB as Pillow does: it takes every file of four components for one that Adobe wrote, where 0 is full ink,
     * with or without the Adobe marker.
     */
    private void convertInks(Raster inks, int adobeTransform, Pixels into) {
        into.reshape(inks.getWidth(), inks.getHeight());
        byte[] rgb = into.rgb();
        int at = 0;
        for (int y = 0; y < into.height(); y++) {
            if (row.length < into.width() * 4) {
                row = new int[into.width() * 4];
            }
            row = inks.getPixels(inks.getMinX(), inks.getMinY() + y, into.width(), 1, row);
            if (adobeTransform > 0) {
                YcckConversion.toCmyk(row, into.width());
            }
            for (int i = 0; i < into.width() * 4; i += 4) {
                int light = row[i + 3];
                for (int c = 0; c < 3; c++) {
                    rgb[at++] = RgbConversion.underBlack(255 - row[i + c], light);
                }
            }
        }
    }
}
