package dev.cardinal.udf.image;

/**
 * The blocks of a GIF file (GIF89a specification) as far as its first picture goes.
 *
 * @param screenWidth columns of the logical screen
 * @param screenHeight rows of the logical screen
 * @param left first column of the picture on the screen
 * @param top first row of the picture on the screen
 * @param width columns of the picture
 * @param height rows of the picture
 * @param transparent index that is transparent, -1 for none
 * @param palette offset of the picture's palette, -1 for none
 * @param paletteSize colours in the palette
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
        int paletteSize) {

    private static final int SCREEN_AT = 6;
    private static final int GLOBAL_PALETTE_AT = 13;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int IMAGE = 0x2c;
    private static final int TRAILER = 0x3b;

    static GifBlocks read(ByteView file) throws BadImageException {
        int transparent = -1;
        long at = afterGlobalPalette(file);
        while (file.u8(at) != IMAGE) {
            if (file.u8(at) != EXTENSION) {
                throw new BadImageException("block 0x%02x at byte %d before any picture".formatted(file.u8(at), at));
            }
            if (file.u8(at + 1) == GRAPHIC_CONTROL) {
                transparent = (file.u8(at + 3) & 1) == 1 ? file.u8(at + 6) : -1;
            }
            at = afterSubBlocks(file, at + 2);
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
                local ? paletteSize(flags) : global ? paletteSize(globalFlags) : 0);
    }

    /** Follows the blocks of all pictures to the trailer. */
    static void requireComplete(ByteView file) throws BadImageException {
        long at = afterGlobalPalette(file);
        while (file.u8(at) != TRAILER) {
            switch (file.u8(at)) {
                case EXTENSION -> at = afterSubBlocks(file, at + 2);
                case IMAGE -> {
                    int flags = file.u8(at + 9);
                    at += 10 + ((flags & 0x80) != 0 ? 3 * paletteSize(flags) : 0);
                    at = afterSubBlocks(file, at + 1);
                }
                // Padding between blocks, which readers pass over.
                default -> at++;
            }
        }
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
