package dev.cardinal.udf.image;

/**
 * The blocks of a GIF file (GIF89a specification) that describe its first image.
 *
 * @param screenWidth columns of the logical screen
 * @param screenHeight rows of the logical screen
 * @param left first column of the image on the screen
 * @param top first row of the image on the screen
 * @param width columns of the image
 * @param height rows of the image
 * @param transparent transparent palette index, -1 if none
 * @param palette offset of the image's palette, -1 if none
 * @param paletteSize colors in the palette
 * @param interlaced whether the rows are in four passes
 * @param dataAt offset of the image's data
 */
record GifBlocks(
        int screenWidth,
        int screenHeight,
        int left,
        int top,
        int width,
        int height,
        int transparent,
        int palette,
        int paletteSize,
        boolean interlaced,
        long dataAt) {

    private static final int SCREEN_AT = 6;
    private static final int GLOBAL_PALETTE_AT = 13;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int IMAGE = 0x2c;
    private static final int TRAILER = 0x3b;

    /** Reads the blocks before the first image's data; skips stray bytes between blocks, as Pillow does. */
    static GifBlocks read(ByteView file) throws BadImageException {
        int transparent = -1;
        long at = afterGlobalPalette(file);
        while (file.u8(at) != IMAGE) {
            switch (file.u8(at)) {
                case EXTENSION -> {
                    boolean graphicControl = file.u8(at + 1) == GRAPHIC_CONTROL && file.u8(at + 2) > 0;
                    if (graphicControl && (file.u8(at + 3) & 1) == 1) {
                        transparent = file.u8(at + 6);
                    }
                    at = afterSubBlocks(file, at + 2);
                }
                case TRAILER -> throw new BadImageException("the file contains no image");
                default -> at++;
            }
        }
        int flags = file.u8(at + 9);
        boolean local = (flags & 0x80) != 0;
        int globalFlags = file.u8(SCREEN_AT + 4);
        boolean global = (globalFlags & 0x80) != 0;
        return new GifBlocks(
                file.u16le(SCREEN_AT),
                file.u16le(SCREEN_AT + 2),
                file.u16le(at + 1),
                file.u16le(at + 3),
                file.u16le(at + 5),
                file.u16le(at + 7),
                transparent,
                local ? (int) at + 10 : global ? GLOBAL_PALETTE_AT : -1,
                local ? paletteSize(flags) : global ? paletteSize(globalFlags) : 0,
                (flags & 0x40) != 0,
                at + 10 + (local ? 3L * paletteSize(flags) : 0));
    }

    private static long afterGlobalPalette(ByteView file) throws BadImageException {
        int flags = file.u8(SCREEN_AT + 4);
        return GLOBAL_PALETTE_AT + ((flags & 0x80) != 0 ? 3L * paletteSize(flags) : 0);
    }

    private static int paletteSize(int flags) {
        return 2 << (flags & 7);
    }

    private static long afterSubBlocks(ByteView file, long from) throws BadImageException {
        long at = from;
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }
}
