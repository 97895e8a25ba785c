package dev.cardinal.udf.image;

import java.awt.image.Raster;

/**
 * The first picture of a GIF file, decoded by the JDK's reader and placed on its screen as Pillow does: around it is the
 * transparent colour, or colour 0 where there is none.
 */
final class GifDecoder implements ImageDecoder {

    private static final int COLOURS = 256;

    private final LibraryReader reader = LibraryReader.ofJdk("gif");
    private final int[] palette = new int[COLOURS];
    private int[] row = new int[0];

    @Override
    public ImageHeader header(ByteView file) throws BadImageException {
        GifBlocks blocks = GifBlocks.read(file);
        return ImageHeader.of(
                Math.max(blocks.screenWidth(), blocks.left() + blocks.width()),
                Math.max(blocks.screenHeight(), blocks.top() + blocks.height()),
                1,
                8);
    }

    @Override
    public void decode(ByteView file, ImageHeader header, Pixels into) throws BadImageException {
        GifBlocks.requireComplete(file);
        GifBlocks blocks = GifBlocks.read(file);
        readPalette(file, blocks);
        Raster indices = reader.image(file.bytes()).getRaster();
        if (indices.getWidth() != blocks.width() || indices.getHeight() != blocks.height()) {
            throw new BadImageException("the header says %d x %d pixels, the data hold %d x %d"
                    .formatted(blocks.width(), blocks.height(), indices.getWidth(), indices.getHeight()));
        }
        if (reader.rows() < blocks.height()) {
            throw new BadImageException(
                    "the header says %d rows, the data hold %d".formatted(blocks.height(), reader.rows()));
        }
        into.reshape(header.width(), header.height());
        fill(into, palette[Math.max(blocks.transparent(), 0)]);
        for (int y = 0; y < blocks.height(); y++) {
            copyRow(indices, y, into, ((blocks.top() + y) * into.width() + blocks.left()) * 3);
        }
    }

    /** Colours that the file does not define are grey, as in Pillow. */
    private void readPalette(ByteView file, GifBlocks blocks) throws BadImageException {
        for (int i = 0; i < COLOURS; i++) {
            palette[i] = i < blocks.paletteSize()
                    ? file.i32be(blocks.palette() + 3L * i - 1) & 0xff_ffff
                    : i << 16 | i << 8 | i;
        }
    }

    private static void fill(Pixels into, int colour) {
        byte[] rgb = into.rgb();
        for (int at = 0; at < into.size(); at += 3) {
            store(colour, rgb, at);
        }
    }

    private void copyRow(Raster indices, int y, Pixels into, int at) {
        int width = indices.getWidth();
        if (row.length < width) {
            row = new int[width];
        }
        row = indices.getPixels(indices.getMinX(), indices.getMinY() + y, width, 1, row);
        for (int x = 0; x < width; x++) {
            store(palette[row[x]], into.rgb(), at + 3 * x);
        }
    }

    private static void store(int colour, byte[] rgb, int at) {
        rgb[at] = (byte) (colour >> 16);
        rgb[at + 1] = (byte) (colour >> 8);
        rgb[at + 2] = (byte) colour;
    }

    @Override
    public void close() {
        reader.close();
    }
}
