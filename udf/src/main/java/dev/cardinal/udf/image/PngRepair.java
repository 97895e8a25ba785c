package dev.cardinal.udf.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;

/**
 * Rewrites a PNG file that libpng rejects although Pillow reads it: with wrong checksums of IDAT or IEND, without its
 * last bytes, with unknown chunks. Only the chunks that make the pixels are kept. Not thread-safe.
 */
final class PngRepair {

    private static final int HEADER_BYTES = 13;
    private static final int MAX_PALETTE_BYTES = 768;
    private static final int MAX_FILTER = 4;

    /** First column and row of each pass of an interlaced image, and the distances between its columns and rows. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private final ByteView file;
    private final boolean keepTruncated;
    private final int bitsPerPixel;
    private final boolean interlaced;
    private final ImageHeader header;
    private byte[] palette = {};
    private int firstData = -1;

    private PngRepair(ByteView file, ImageHeader header, boolean palette, boolean interlaced, boolean keepTruncated) {
        this.file = file;
        this.header = header;
        this.bitsPerPixel = header.bits() * (palette ? 1 : header.channels());
        this.interlaced = interlaced;
        this.keepTruncated = keepTruncated;
    }

    /**
     * Returns a valid file with the same pixels.
     *
     * @param keepTruncated whether missing rows become black; otherwise they are an error
     */
    static byte[] repair(ByteView file, ImageHeader header, boolean keepTruncated) throws BadImageException {
        int body = PngChunks.SIGNATURE_BYTES + 8;
        if (file.u8(body + 11) != 0) {
            throw new BadImageException("unknown filter method " + file.u8(body + 11));
        }
        boolean palette = file.u8(body + 9) == 3;
        PngRepair repair = new PngRepair(file, header, palette, file.u8(body + 12) != 0, keepTruncated);
        repair.readChunks();
        return repair.write();
    }

    private void readChunks() throws BadImageException {
        PngChunks chunks = new PngChunks(file);
        while (firstData < 0) {
            if (!chunks.advance()) {
                throw BadImageException.prematureEnd(file.length());
            }
            switch (chunks.type()) {
                case "IHDR" -> requireChecksum(chunks);
                case "PLTE" -> {
                    requireChecksum(chunks);
                    int bytes = Math.min(chunks.available(), MAX_PALETTE_BYTES) / 3 * 3;
                    palette = Arrays.copyOf(chunks.data(), bytes);
                }
                case "IDAT" -> firstData = chunks.dataAt() - 8;
                default -> {}
            }
        }
    }

    private void requireChecksum(PngChunks chunks) throws BadImageException {
        CRC32 crc = new CRC32();
        crc.update(file.bytes(), chunks.dataAt() - 4, chunks.available() + 4);
        if (file.u32be(chunks.dataAt() + (long) chunks.available()) != crc.getValue()) {
            throw new BadImageException("corrupt data: wrong checksum of the chunk " + chunks.type());
        }
    }

    private byte[] write() throws BadImageException {
        byte[] ihdr = Arrays.copyOfRange(file.bytes(), PngChunks.SIGNATURE_BYTES + 8, PngChunks.SIGNATURE_BYTES + 21);
        ihdr[HEADER_BYTES - 3] = 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file.bytes(), 0, PngChunks.SIGNATURE_BYTES);
        writeChunk(out, "IHDR", ihdr);
        if (palette.length > 0) {
            writeChunk(out, "PLTE", palette);
        }
        writeChunk(out, "IDAT", filteredRows());
        writeChunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void writeChunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(name);
        out.writeBytes(data);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    /** Decompresses the rows, one after another as Pillow does, and compresses them again. */
    private byte[] filteredRows() throws BadImageException {
        Inflater inflater = new Inflater();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(compressed, deflater)) {
            PngChunks data = new PngChunks(file);
            int rows = 0;
            boolean ended = false;
            for (int[] pass : interlaced ? PASSES : new int[][] {{0, 0, 1, 1}}) {
                long columns = (header.width() - pass[0] + pass[2] - 1L) / pass[2];
                for (int y = pass[1]; y < header.height() && columns > 0; y += pass[3]) {
                    byte[] row = new byte[Math.toIntExact((columns * bitsPerPixel + 7) / 8 + 1)];
                    if (!ended && !readRow(inflater, data, row)) {
                        ended = true;
                        if (!keepTruncated) {
                            throw missing(rows);
                        }
                        Arrays.fill(row, (byte) 0);
                    }
                    out.write(row);
                    rows += ended ? 0 : 1;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            inflater.end();
            deflater.end();
        }
        return compressed.toByteArray();
    }

    private BadImageException missing(int rows) {
        return interlaced
                ? new BadImageException(String.format(
                        Locale.ROOT,
                        "the header declares %d x %d pixels, but the data end early",
                        header.width(),
                        header.height()))
                : BadImageException.missingRows(header.height(), rows);
    }

    /** Fills a row; returns false if the data end before. */
    private boolean readRow(Inflater inflater, PngChunks data, byte[] row) throws BadImageException {
        int filled = 0;
        try {
            while (filled < row.length) {
                int count = inflater.inflate(row, filled, row.length - filled);
                filled += count;
                if (count == 0 && (inflater.finished() || inflater.needsDictionary() || !feed(inflater, data))) {
                    return false;
                }
            }
            if (row[0] >= 0 && row[0] <= MAX_FILTER) {
                return true;
            }
        } catch (DataFormatException e) {
            // The data are damaged, as they are if the filter is unknown.
        }
        if (keepTruncated) {
            return false;
        }
        throw new BadImageException("corrupt data: the header is invalid or the pixels are damaged");
    }

    /** Gives the next of the consecutive data chunks to the inflater; returns false if there is none. */
    private boolean feed(Inflater inflater, PngChunks data) {
        boolean first = inflater.getTotalIn() == 0 && inflater.getRemaining() == 0;
        while (data.advance()) {
            boolean isData = data.type().equals("IDAT");
            if (isData && data.available() > 0) {
                inflater.setInput(file.bytes(), data.dataAt(), data.available());
                return true;
            }
            if (!first && !isData) {
                return false;
            }
        }
        return false;
    }
}
