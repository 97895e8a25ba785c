package dev.cardinal.udf.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Computes a 64-bit difference hash of an image: whether the image becomes brighter from left to right, in eight rows of nine cells.
 * Images that differ only in size and encoding have hashes that differ in few bits. Stateless.
 *
 * <p>A row has n lines of the image, where n is the height H divided by 32, rounded down, and between {@value #FEWEST_LINES} and
 * {@value #MOST_LINES}. Line j of row r, for j from 0 to n - 1, is the image's line (2 (n r + j) + 1) H / (16 n), rounded down. The brightness of a pixel is R + G + B. Cell c of row r is the sum of the brightness in its lines
 * between the columns c W / 9 and (c + 1) W / 9, where W is the width; a pixel that is partly in the cell counts with that part. For r
 * and c from 0, bit 63 - (8 r + c) is 1 if cell c + 1 of row r is brighter than cell c by more than half a gray level on average, which is
 * 1.5 per pixel of the cell's lines. In flat parts of an image, the noise of an encoding therefore does not change bits.
 */
final class DifferenceHash {
    private static final int ROWS = 8;
    private static final int COLUMNS = 9;
    private static final int FEWEST_LINES = 10;
    private static final int MOST_LINES = 24;
    private static final int HEIGHT_OF_LINE = 32;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EVEN_BYTES = 0x00ff00ff00ff00ffL;
    /** Longs whose bytes can be added in fields of 16 bits: each adds two bytes to a field. */
    private static final int LONGS_IN_FIELDS = 128;

    private DifferenceHash() {}

    /** Returns the hash of an image with at least one pixel. */
    static long of(Pixels image) {
        int width = image.width();
        int lines = Math.max(FEWEST_LINES, Math.min(MOST_LINES, image.height() / HEIGHT_OF_LINE));
        int[] ends = new int[COLUMNS];
        int[] parts = new int[COLUMNS];
        for (int c = 0; c < COLUMNS; c++) {
            long ninths = (long) (c + 1) * width;
            ends[c] = 3 * (int) (ninths / COLUMNS);
            parts[c] = (int) (ninths % COLUMNS);
        }
        // Half a gray level of each of the 3 channels of lines x width / 9 pixels, in ninths of a pixel.
        long margin = 3L * lines * width / 2;
        long[] cells = new long[COLUMNS];
        long hash = 0;
        for (int row = 0; row < ROWS; row++) {
            for (int j = row * lines; j < (row + 1) * lines; j++) {
                int y = (int) ((2L * j + 1) * image.height() / (2L * ROWS * lines));
                addLine(image.rgb(), 3 * y * width, ends, parts, cells);
            }
            for (int c = 0; c + 1 < COLUMNS; c++) {
                hash = hash << 1 | (cells[c + 1] - cells[c] > margin ? 1 : 0);
                cells[c] = 0;
            }
            cells[COLUMNS - 1] = 0;
        }
        return hash;
    }

    /**
     * Adds a line to the cells, in ninths of a pixel.
     *
     * @param ends offsets in the line behind the whole pixels of each cell
     * @param parts ninths of the next pixel that belong to each cell
     */
    private static void addLine(byte[] rgb, int line, int[] ends, int[] parts, long[] cells) {
        int from = line;
        int partBefore = 0;
        for (int c = 0; c < COLUMNS; c++) {
            int to = line + ends[c];
            int part = parts[c];
            int partOfNext = part == 0 ? 0 : part * ((rgb[to] & 0xff) + (rgb[to + 1] & 0xff) + (rgb[to + 2] & 0xff));
            cells[c] += COLUMNS * sum(rgb, from, to) + partOfNext - partBefore;
            from = to;
            partBefore = partOfNext;
        }
    }

    /** Returns the sum of bytes, eight at a time: pairs of bytes are added in four fields of a long. */
    private static long sum(byte[] bytes, int from, int to) {
        long sum = 0;
        int at = from;
        while (to - at >= Long.BYTES) {
            int end = at + Long.BYTES * Math.min(LONGS_IN_FIELDS, (to - at) / Long.BYTES);
            long fields = 0;
            for (; at < end; at += Long.BYTES) {
                long eight = (long) LONG.get(bytes, at);
                fields += (eight & EVEN_BYTES) + ((eight >>> 8) & EVEN_BYTES);
            }
            sum += sumOfFields(fields);
        }
        if (at < to && at + Long.BYTES <= bytes.length) {
            long rest = (long) LONG.get(bytes, at) & ((1L << (Byte.SIZE * (to - at))) - 1);
            return sum + sumOfFields((rest & EVEN_BYTES) + ((rest >>> 8) & EVEN_BYTES));
        }
        for (; at < to; at++) {
            sum += bytes[at] & 0xff;
        }
        return sum;
    }

    private static long sumOfFields(long fields) {
        long pairs = (fields & 0x0000ffff0000ffffL) + (fields >>> 16 & 0x0000ffff0000ffffL);
        return (pairs & 0xffffffffL) + (pairs >>> 32);
    }
}
