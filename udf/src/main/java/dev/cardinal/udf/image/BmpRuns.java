package dev.cardinal.udf.image;

/** Reads the run lengths of a BMP file (BI_RLE8 and BI_RLE4) into palette indices. Used once. */
final class BmpRuns {

    private final ByteView file;
    private final boolean fourBits;
    private final int width;
    private final int height;
    private final byte[] indices;
    private long at;
    private int x;
    private int y;

    BmpRuns(ByteView file, BmpHeader header, ImageHeader size, byte[] indices) {
        this.file = file;
        this.fourBits = header.compression() == BmpHeader.RLE_4;
        this.width = size.width();
        this.height = size.height();
        this.indices = indices;
        this.at = header.pixelsAt();
    }

    /** Returns how many rows there are before the bitmap or the data end; the last of them may have holes. */
    int read() throws BadImageException {
        while (y < height && at + 2 <= file.length()) {
            int count = file.u8(at);
            int value = file.u8(at + 1);
            at += 2;
            if (count > 0) {
                for (int i = 0; i < count; i++) {
                    put(fourBits ? (i % 2 == 0 ? value >> 4 : value & 15) : value);
                }
            } else if (value == 0) {
                x = 0;
                y++;
            } else if (value == 1) {
                return y + 1;
            } else if (value == 2) {
                x += file.u8(at);
                y += file.u8(at + 1);
                at += 2;
            } else {
                copy(value);
            }
        }
        return x >= width ? y + 1 : y;
    }

    private void copy(int count) throws BadImageException {
        int bytes = fourBits ? (count + 1) / 2 : count;
        file.require(at + bytes);
        for (int i = 0; i < count; i++) {
            put(fourBits ? file.u8(at + i / 2) >> (4 - i % 2 * 4) & 15 : file.u8(at + i));
        }
        at += bytes + (bytes & 1);
    }

    /** Stores an index; what does not fit into the row is dropped. */
    private void put(int index) {
        if (x < width && y < height) {
            indices[y * width + x] = (byte) index;
        }
        x++;
    }
}
