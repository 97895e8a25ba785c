package dev.cardinal.udf.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import java.util.Set;

/**
 * The first page of a TIFF file, decoded by TwelveMonkeys. Its orientation is always applied, as Pillow does on loading one;
 * the EXIF option is about photographs.
 */
final class TiffDecoder implements ImageDecoder {

    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS_PER_SAMPLE = 258;
    private static final int SAMPLES_PER_PIXEL = 277;
    private static final int PHOTOMETRIC = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int STRIP_BYTES = 279;
    private static final int TILE_WIDTH = 322;
    private static final int TILE_HEIGHT = 323;
    private static final int TILE_OFFSETS = 324;
    private static final int TILE_BYTES = 325;
    private static final int MOST_SAMPLES = 8;
    private static final int LARGEST_TILE_EDGE = 1 << 14;

    /** Grey with white or black as 0, RGB, palette, CMYK, YCbCr. */
    private static final Set<Long> PHOTOMETRICS = Set.of(0L, 1L, 2L, 3L, 5L, 6L);

    private final LibraryReader reader = LibraryReader.of(new TIFFImageReaderSpi());
    private final RgbConversion conversion;
    private final Pixels stored = new Pixels();

    TiffDecoder(RgbConversion conversion) {
        this.conversion = conversion;
    }

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        TiffDirectory directory = TiffDirectory.first(file);
        int samples = (int) Math.min(directory.value(SAMPLES_PER_PIXEL, 1), Integer.MAX_VALUE);
        int bits = (int) Math.min(directory.value(BITS_PER_SAMPLE, 1), Integer.MAX_VALUE);
        return ImageHeader.of(directory.value(WIDTH, 0), directory.value(HEIGHT, 0), samples, bits);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        if (header.channels() > MOST_SAMPLES || header.bits() > 16) {
            throw new BadImageException(
                    "%d samples of %d bits a pixel are not decoded".formatted(header.channels(), header.bits()));
        }
        TiffDirectory directory = TiffDirectory.first(file);
        long photometric = directory.value(PHOTOMETRIC, 0);
        if (!PHOTOMETRICS.contains(photometric)) {
            throw new BadImageException("colours of kind %d are not decoded".formatted(photometric));
        }
        if (directory.value(TILE_WIDTH, 0) > LARGEST_TILE_EDGE || directory.value(TILE_HEIGHT, 0) > LARGEST_TILE_EDGE) {
            throw new BadImageException("tiles of %d x %d pixels"
                    .formatted(directory.value(TILE_WIDTH, 0), directory.value(TILE_HEIGHT, 0)));
        }
        requireComplete(directory);
        Orientation orientation = Orientation.of(directory);
        if (orientation == Orientation.AS_STORED) {
            conversion.convert(reader.image(file.bytes()), into);
        } else {
            try {
                conversion.convert(reader.image(file.bytes()), stored);
                orientation.turn(stored, into);
            } finally {
                stored.trim();
            }
        }
    }

    /** Every tag, strip and tile of every page must be there. */
    private static void requireComplete(TiffDirectory first) throws BadImageException {
        TiffDirectory directory = first;
        for (int pages = 0; directory != null && pages < 1000; pages++) {
            directory.requireValues();
            directory.requireData(STRIP_OFFSETS, STRIP_BYTES);
            directory.requireData(TILE_OFFSETS, TILE_BYTES);
            directory = directory.next();
        }
    }

    @Override
    public void close() {
        reader.close();
    }
}
