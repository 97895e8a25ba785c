package dev.cardinal.udf.image;

/**
 * Decodes the first image of a GIF file and places it on its screen as Pillow does: the rest of the screen has the
 * transparent color, or color 0 if there is none. What follows the image's pixels is not read, so a missing trailer or
 * a damaged second frame does not matter. Not thread-safe.
 *
 * <p>Written here because the JDK's reader garbles valid files: it takes the second of two clear codes for a pixel.
 */
final class GifDecoder implements ImageDecoder {

    private static final int COLORS = 256;
    private static final int GRAY_STEP = 0x01_0101;

    /** First row and distance between rows of each pass of an interlaced image. */
    private static final int[][] PASSES = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};

    private static final int[][] ONE_PASS = {{0, 1}};

    private final GifLzw lzw = new GifLzw();
    private final int[] palette = new int[COLORS];
    private byte[] row = new byte[0];

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        GifBlocks blocks = GifBlocks.read(file);
        ImageHeader.of(blocks.width(), blocks.height(), 1, 8);
        return ImageHeader.of(
                Math.max(blocks.screenWidth(), blocks.left() + blocks.width()),
                Math.max(blocks.screenHeight(), blocks.top() + blocks.height()),
                1,
                8);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        GifBlocks blocks = GifBlocks.read(file);
        if ((long) blocks.width() * blocks.height() / GifLzw.MAX_PIXELS_PER_BYTE > file.length()) {
            throw BadImageException.missingRows(blocks.height(), 0);
        }
        readPalette(file, blocks);
        into.reshape(header.width(), header.height());
        fill(into, palette[Math.max(blocks.transparent(), 0)]);
        if (row.length < blocks.width()) {
            row = new byte[blocks.width()];
        }
        lzw.start(file, blocks.dataAt());
        int rows = 0;
        for (int[] pass : blocks.interlaced() ? PASSES : ONE_PASS) {
            for (int y = pass[0]; y < blocks.height(); y += pass[1]) {
                if (lzw.read(row, blocks.width()) < blocks.width()) {
                    throw BadImageException.missingRows(blocks.height(), rows);
                }
                copyRow(blocks.width(), into, ((blocks.top() + y) * into.width() + blocks.left()) * 3);
                rows++;
            }
        }
    }

    /** Reads the palette; colors that the file does not define are black, or gray if the others are a gray ramp. */
    private void readPalette(ByteView file, GifBlocks blocks) throws BadImageException {
        boolean ramp = true;
        for (int i = 0; i < blocks.paletteSize(); i++) {
            palette[i] = file.i32be(blocks.palette() + 3L * i - 1) & 0xff_ffff;
            ramp &= palette[i] == i * GRAY_STEP;
        }
        for (int i = blocks.paletteSize(); i < COLORS; i++) {
            palette[i] = ramp ? i * GRAY_STEP : 0;
        }
    }

    private static void fill(Pixels into, int color) {
        byte[] rgb = into.rgb();
        for (int at = 0; at < into.size(); at += 3) {
            Pixels.store(color, rgb, at);
        }
    }

    private void copyRow(int width, Pixels into, int at) {
        for (int x = 0; x < width; x++) {
            Pixels.store(palette[row[x] & 0xff], into.rgb(), at + 3 * x);
        }
    }
}
