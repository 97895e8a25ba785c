package dev.cardinal.udf.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of samples from a strip or tile, or from several that contain one sample each: decompresses, undoes the
 * predictor and unpacks. Used for one strip or tile.
 *
 * <p>Closed by its creator: decompressors have native memory. Not thread-safe.
 */
final class TiffRows implements AutoCloseable {

    private static final int HORIZONTAL = 2;
    private static final int FLOATING_POINT = 3;

    private final TiffLayout layout;
    /** The strip or tile of each plane; null if the plane is not needed. */
    private final @Nullable InputStream[] planes;

    private final byte[] row;
    private final byte[] shuffled;

    /** Pixels of a row of blocks, and which of its rows is next. */
    private final int[] blocks;

    private int blockRow;

    private TiffRows(TiffLayout layout, @Nullable InputStream[] planes) {
        this.layout = layout;
        this.planes = planes;
        this.row = new byte[(int) layout.rowBytes()];
        this.shuffled = layout.predictor() == FLOATING_POINT ? new byte[row.length] : new byte[0];
        this.blocks = new int[layout.hasBlocks() ? 3 * layout.tileWidth() * layout.blockHeight() : 0];
        this.blockRow = layout.blockHeight();
    }

    /** Opens the strip or tile with a number; with separate planes, the one of each plane. */
    static TiffRows open(ByteView file, TiffLayout layout, int tile) throws BadImageException, IOException {
        TiffRows rows = new TiffRows(layout, new InputStream[layout.planar() ? layout.samples() : 1]);
        try {
            rows.openPlanes(file, tile);
            return rows;
        } catch (BadImageException | IOException | RuntimeException | LinkageError e) {
            rows.close();
            throw e;
        }
    }

    private void openPlanes(ByteView file, int tile) throws BadImageException, IOException {
        int count = layout.tilesAcross() * layout.tilesDown();
        for (int plane = 0; plane < planes.length; plane++) {
            if (!layout.planar() || plane < layout.colors() || plane == layout.associatedAlpha()) {
                planes[plane] = open(file, layout, plane * (long) count + tile);
            }
        }
    }

    private static InputStream open(ByteView file, TiffLayout layout, long index)
            throws BadImageException, IOException {
        if (index >= layout.offsets().length) {
            throw new BadImageException("corrupt data: a strip or tile has no offset");
        }
        long offset = layout.offsets()[(int) index];
        if (offset < 0 || offset >= file.length()) {
            throw BadImageException.prematureEnd(file.length());
        }
        int available = file.length() - (int) offset;
        boolean declared = index < layout.lengths().length && layout.compression() != TiffCompression.NONE;
        long length = declared ? layout.lengths()[(int) index] : available;
        int readable = length <= 0 || length > available ? available : (int) length;
        byte[] bytes = file.bytes();
        int from = (int) offset;
        if (layout.reversedBits()) {
            bytes = Arrays.copyOfRange(bytes, from, from + readable);
            from = 0;
            for (int i = 0; i < readable; i++) {
                bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
            }
        }
        return TiffCompression.open(layout.compression(), bytes, from, readable);
    }

    /** Reads a row into {@code tileWidth x samples} values, pixel by pixel; floating-point values as their bits. */
    void read(int[] values) throws IOException {
        if (!layout.hasBlocks()) {
            readRow(values);
            return;
        }
        if (blockRow == layout.blockHeight()) {
            readBlocks();
            blockRow = 0;
        }
        System.arraycopy(blocks, blockRow * 3 * layout.tileWidth(), values, 0, 3 * layout.tileWidth());
        blockRow++;
    }

    /** Reads a row of blocks (TIFF 6.0, section 21): the luma samples of its rows, then Cb and Cr. */
    private void readBlocks() throws IOException {
        InputStream in = planes[0];
        if (in == null || in.readNBytes(row, 0, row.length) < row.length) {
            throw new EOFException();
        }
        int blockBytes = layout.blockWidth() * layout.blockHeight() + 2;
        for (int y = 0; y < layout.blockHeight(); y++) {
            for (int x = 0; x < layout.tileWidth(); x++) {
                int block = x / layout.blockWidth() * blockBytes;
                int to = 3 * (y * layout.tileWidth() + x);
                blocks[to] = row[block + y * layout.blockWidth() + x % layout.blockWidth()] & 0xff;
                blocks[to + 1] = row[block + blockBytes - 2] & 0xff;
                blocks[to + 2] = row[block + blockBytes - 1] & 0xff;
            }
        }
    }

    private void readRow(int[] values) throws IOException {
        int samples = layout.samples();
        for (int plane = 0; plane < planes.length; plane++) {
            InputStream in = planes[plane];
            if (in == null) {
                continue;
            }
            if (in.readNBytes(row, 0, row.length) < row.length) {
                throw new EOFException();
            }
            int interleaved = layout.planar() ? 1 : samples;
            if (layout.predictor() == HORIZONTAL) {
                addLeftNeighbors(interleaved);
            } else if (layout.predictor() == FLOATING_POINT) {
                addLeftBytes(interleaved);
            }
            for (int i = 0; i < layout.tileWidth() * interleaved; i++) {
                values[layout.planar() ? i * samples + plane : i] = value(i);
            }
        }
    }

    private int value(int index) {
        return switch (layout.bits()) {
            case 8 -> row[index] & 0xff;
            case 16 -> u16(2 * index);
            case 32 -> i32(4 * index);
            default -> packed(index);
        };
    }

    /** Returns a sample of 1, 2, 4 or 12 bits; the highest bits come first. */
    private int packed(int index) {
        int bits = layout.bits();
        int value = 0;
        for (int i = index * bits; i < (index + 1) * bits; i++) {
            value = value << 1 | (row[i >> 3] >> (7 - (i & 7)) & 1);
        }
        return value;
    }

    private int u16(int at) {
        int first = row[at] & 0xff;
        int second = row[at + 1] & 0xff;
        return layout.bigEndian() ? first << 8 | second : second << 8 | first;
    }

    private int i32(int at) {
        return layout.bigEndian() ? u16(at) << 16 | u16(at + 2) : u16(at + 2) << 16 | u16(at);
    }

    /** Undoes horizontal differencing (TIFF 6.0, section 14). */
    private void addLeftNeighbors(int samples) {
        int bytes = layout.bits() / 8;
        for (int i = samples; i < layout.tileWidth() * samples; i++) {
            int sum = value(i) + value(i - samples);
            for (int b = 0; b < bytes; b++) {
                row[i * bytes + b] = (byte) (sum >>> (8 * (layout.bigEndian() ? bytes - 1 - b : b)));
            }
        }
    }

    /** Undoes the floating-point predictor (Adobe Photoshop TIFF Technical Note 3): the bytes of a value are apart, highest first. */
    private void addLeftBytes(int samples) {
        for (int i = samples; i < row.length; i++) {
            row[i] += row[i - samples];
        }
        System.arraycopy(row, 0, shuffled, 0, row.length);
        int values = row.length / 4;
        for (int i = 0; i < values; i++) {
            for (int b = 0; b < 4; b++) {
                row[4 * i + (layout.bigEndian() ? b : 3 - b)] = shuffled[b * values + i];
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (InputStream plane : planes) {
            if (plane != null) {
                plane.close();
            }
        }
    }
}
