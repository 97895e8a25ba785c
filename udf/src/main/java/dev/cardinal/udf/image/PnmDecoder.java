package dev.cardinal.udf.image;

/**
 * Decodes PBM, PGM and PPM, binary and text, as Pillow does: color samples are scaled to 8 bits, gray samples of more
 * than 8 bits are scaled to 16 and clipped at 255.
 *
 * <p>Written here because the JDK has no reader, and because Pillow scales samples in its own way.
 */
final class PnmDecoder implements ImageDecoder {

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        PnmHeader header = PnmHeader.read(file);
        int bits = header.bitmap() ? 1 : header.maxValue() > 255 ? 16 : 8;
        return ImageHeader.of(header.width(), header.height(), header.channels(), bits);
    }

    @Override
    public void decode(ByteView file, ImageHeader size, Pixels into) throws BadImageException {
        PnmHeader header = PnmHeader.read(file);
        file.require(header.dataAt() + minimumBytes(header, size));
        into.reshape(size.width(), size.height());
        if (header.bitmap()) {
            readBits(file, header, into);
        } else {
            readSamples(file, header, into);
        }
    }

    /** Returns how many bytes the pixels take at least: in text, a sample is a digit and a space. */
    private static long minimumBytes(PnmHeader header, ImageHeader size) {
        long samples = size.pixels() * header.channels();
        if (header.bitmap()) {
            return header.plain() ? samples : (size.width() + 7L) / 8 * size.height();
        }
        return header.plain() ? 2 * samples - 1 : samples * (header.maxValue() > 255 ? 2 : 1);
    }

    private static void readBits(ByteView file, PnmHeader header, Pixels into) throws BadImageException {
        PnmHeader.Tokens digits = new PnmHeader.Tokens(file, header.dataAt());
        byte[] rgb = into.rgb();
        int at = 0;
        long rowBytes = (into.width() + 7L) / 8;
        for (int y = 0; y < into.height(); y++) {
            for (int x = 0; x < into.width(); x++) {
                int bit = header.plain()
                        ? digits.bit()
                        : file.u8(header.dataAt() + y * rowBytes + x / 8) >> (7 - x % 8) & 1;
                at = storeGray((byte) (bit - 1), rgb, at);
            }
        }
    }

    private static void readSamples(ByteView file, PnmHeader header, Pixels into) throws BadImageException {
        PnmHeader.Tokens numbers = new PnmHeader.Tokens(file, header.dataAt());
        boolean gray = header.channels() == 1;
        byte[] scaled = scale(header.maxValue(), gray);
        byte[] rgb = into.rgb();
        long from = header.dataAt();
        for (int to = 0; to < into.size(); ) {
            long value;
            if (header.plain()) {
                value = numbers.number();
                if (value > header.maxValue()) {
                    throw new BadImageException("sample " + value + " exceeds the maximum " + header.maxValue());
                }
            } else if (header.maxValue() > 255) {
                value = file.u16be(from);
                from += 2;
            } else {
                value = file.u8(from++);
            }
            byte sample = value < scaled.length ? scaled[(int) value] : (byte) 255;
            if (gray) {
                to = storeGray(sample, rgb, to);
            } else {
                rgb[to++] = sample;
            }
        }
    }

    private static byte[] scale(int maxValue, boolean gray) {
        int white = gray && maxValue > 255 ? 65_535 : 255;
        byte[] scaled = new byte[maxValue + 1];
        for (int value = 0; value <= maxValue; value++) {
            // Rounds half to even, as Python does.
            scaled[value] = (byte) Math.min(255, Math.rint((double) value / maxValue * white));
        }
        return scaled;
    }

    private static int storeGray(byte value, byte[] rgb, int at) {
        rgb[at] = value;
        rgb[at + 1] = value;
        rgb[at + 2] = value;
        return at + 3;
    }
}
