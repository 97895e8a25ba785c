package dev.cardinal.udf.image;

import dev.cardinal.udf.image.ImageOptions.Truncated;
import java.awt.image.Raster;
import java.util.Arrays;
import java.util.Locale;

/**
 * Decodes JPEG with TensorFlow's libjpeg-turbo, using the accurate integer DCT and fancy upsampling as Pillow does.
 * Files with four components are decoded by the JDK's libjpeg, which returns the ink values themselves. Not
 * thread-safe.
 */
final class JpegDecoder implements ImageDecoder {

    /** A block of 8 x 8 pixels takes at least one bit. */
    private static final int MAX_PIXELS_PER_BYTE = 8 * 64;

    private static final int READ_AHEAD_BYTES = 8;

    private static final byte GRAY = (byte) 128;

    private final TensorFlowCodecs codecs;
    private int[] row = new int[0];

    private final boolean keepTruncated;

    JpegDecoder(TensorFlowCodecs codecs, Truncated truncated) {
        this.codecs = codecs;
        this.keepTruncated = truncated == Truncated.KEEP;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        return JpegMarkers.frameHeader(file);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        decode(file, header, 1, into);
    }

    /**
     * Decodes an image at a part of its size, with libjpeg's scaled DCT. Files with four components keep their size.
     *
     * @param reduction 1, 2, 4 or 8: each side has this part of its length, rounded up
     */
    void decode(ByteView file, ImageHeader header, int reduction, Pixels into) throws BadImageException {
        if (header.pixels() / MAX_PIXELS_PER_BYTE > file.length()) {
            throw tooFewData(header, String.format(Locale.ROOT, "but %d bytes cannot contain them", file.length()));
        }
        boolean complete = JpegMarkers.isComplete(file);
        ByteView ended = complete ? file : withEnd(file, endOfSamples(file));
        if (header.channels() == 4) {
            convertInks(samples(ended, header), JpegMarkers.adobeTransform(file), into);
            return;
        }
        codecs.decodeJpeg(JpegHead.withoutWarnings(ended), header, reduction, into);
        if (!keepTruncated && endsGray(into)) {
            samples(ended, header);
        }
    }

    /**
     * Returns the offset after the samples of a file without an end marker. Pillow reads such a file
     * if any bytes follow the samples; libjpeg reads up to 8 bytes ahead. A truncated file that is kept has no such bytes.
     */
    private int endOfSamples(ByteView file) throws BadImageException {
        int length = file.length() - READ_AHEAD_BYTES;
        if (length > 0 && JpegMarkers.isSequential(file)) {
            try (LibraryReader reader = LibraryReader.ofJdk("jpeg")) {
                reader.raster(JpegHead.withoutMetadata(withEnd(file, length)));
                if (!reader.endedEarly()) {
                    return length - reader.bytesBeforeEnd();
                }
            } catch (BadImageException e) {
                // The file does not contain one complete scan.
            }
        }
        if (keepTruncated) {
            return file.length();
        }
        throw BadImageException.prematureEnd(file.length());
    }

    private static ByteView withEnd(ByteView file, int length) {
        byte[] ended = Arrays.copyOf(file.bytes(), length + 2);
        ended[length] = (byte) 0xff;
        ended[length + 1] = (byte) 0xd9;
        return new ByteView(ended);
    }

    /**
     * Reads the samples as they are stored with the JDK's reader, which reports missing data that TensorFlow ignores.
     * Uses a new reader for each file: a reader would use the tables of the previous file for a file without tables.
     */
    private Raster samples(ByteView file, ImageHeader header) throws BadImageException {
        try (LibraryReader reader = LibraryReader.ofJdk("jpeg")) {
            Raster samples = reader.raster(JpegHead.withoutMetadata(file));
            if (reader.endedEarly() && !keepTruncated) {
                throw tooFewData(header, "but the data end early");
            }
            return samples;
        }
    }

    /** Returns whether the last pixel is middle gray: libjpeg fills missing data with it, and only warns. */
    private static boolean endsGray(Pixels pixels) {
        byte[] rgb = pixels.rgb();
        int last = pixels.size() - 3;
        return rgb[last] == GRAY && rgb[last + 1] == GRAY && rgb[last + 2] == GRAY;
    }

    private static BadImageException tooFewData(ImageHeader header, String reason) {
        return new BadImageException(String.format(
                Locale.ROOT, "the header declares %d x %d pixels, %s", header.width(), header.height(), reason));
    }

    /**
     * Converts inks to RGB as Pillow does: it treats every file with four components as written by Adobe, where 0 is
     * full ink, with or without the Adobe marker.
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
