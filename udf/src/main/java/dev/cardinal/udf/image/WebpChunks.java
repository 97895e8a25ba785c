package dev.cardinal.udf.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The chunks of a WebP file (WebP container specification) that describe its first image.
 *
 * @param canvasWidth columns of the whole image
 * @param canvasHeight rows of the whole image
 * @param left first column of the first frame
 * @param top first row of the first frame
 * @param width columns of the first frame, from its bit stream
 * @param height rows of the first frame, from its bit stream
 * @param bitStream offset of the VP8 or VP8L chunk of the first frame
 */
record WebpChunks(int canvasWidth, int canvasHeight, int left, int top, int width, int height, long bitStream) {

    private static final int FIRST_CHUNK_AT = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int FRAME_HEADER_BYTES = 16;
    private static final int LOSSLESS_SIGNATURE = 0x2f;

    static WebpChunks read(ByteView file) throws BadImageException {
        if (!file.hasAscii(FIRST_CHUNK_AT, "VP8X")) {
            long at = bitStream(file, FIRST_CHUNK_AT);
            return new WebpChunks(width(file, at), height(file, at), 0, 0, width(file, at), height(file, at), at);
        }
        long body = FIRST_CHUNK_AT + CHUNK_HEADER_BYTES;
        int width = u24(file, body + 4) + 1;
        int height = u24(file, body + 7) + 1;
        long at = FIRST_CHUNK_AT;
        while (!file.hasAscii(at, "VP8 ") && !file.hasAscii(at, "VP8L")) {
            if (file.hasAscii(at, "ANMF")) {
                long frame = at + CHUNK_HEADER_BYTES;
                long inner = bitStream(file, frame + FRAME_HEADER_BYTES);
                int left = 2 * u24(file, frame);
                int top = 2 * u24(file, frame + 3);
                return new WebpChunks(width, height, left, top, width(file, inner), height(file, inner), inner);
            }
            at = next(file, at);
        }
        if (width(file, at) != width || height(file, at) != height) {
            throw new BadImageException(String.format(
                    Locale.ROOT,
                    "the header declares %d x %d pixels, the data contain %d x %d",
                    width,
                    height,
                    width(file, at),
                    height(file, at)));
        }
        return new WebpChunks(width, height, 0, 0, width, height, at);
    }

    /** Checks that the chunks reach the end that the file's header declares. */
    static void requireComplete(ByteView file) throws BadImageException {
        long end = CHUNK_HEADER_BYTES + file.u32le(4);
        file.require(end);
        long at = FIRST_CHUNK_AT;
        while (at + CHUNK_HEADER_BYTES <= end) {
            file.require(at + CHUNK_HEADER_BYTES + file.u32le(at + 4));
            at = next(file, at);
        }
    }

    /** Returns the content of a metadata chunk, EXIF or XMP, that the header announces; null without one. */
    static byte @Nullable [] metadata(ByteView file, String type) throws BadImageException {
        int flag = type.equals("EXIF") ? 0x08 : 0x04;
        if (!file.hasAscii(FIRST_CHUNK_AT, "VP8X") || (file.u8(FIRST_CHUNK_AT + CHUNK_HEADER_BYTES) & flag) == 0) {
            return null;
        }
        for (long at = FIRST_CHUNK_AT; at + CHUNK_HEADER_BYTES <= file.length(); at = next(file, at)) {
            if (file.hasAscii(at, type)) {
                long length = file.u32le(at + 4);
                file.require(at + CHUNK_HEADER_BYTES + length);
                int from = (int) at + CHUNK_HEADER_BYTES;
                return Arrays.copyOfRange(file.bytes(), from, from + (int) length);
            }
        }
        return null;
    }

    /** Returns a WebP file that contains only the bit stream. */
    byte[] bitStreamAlone(ByteView file) throws BadImageException {
        long length = file.u32le(bitStream + 4);
        file.require(bitStream + CHUNK_HEADER_BYTES + length);
        int chunk = CHUNK_HEADER_BYTES + (int) length;
        byte[] alone = new byte[FIRST_CHUNK_AT + chunk + (chunk & 1)];
        ByteBuffer.wrap(alone)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(alone.length - CHUNK_HEADER_BYTES)
                .put("WEBP".getBytes(StandardCharsets.US_ASCII))
                .put(file.bytes(), (int) bitStream, chunk);
        return alone;
    }

    private static long bitStream(ByteView file, long from) throws BadImageException {
        long at = from;
        while (!file.hasAscii(at, "VP8 ") && !file.hasAscii(at, "VP8L")) {
            at = next(file, at);
        }
        return at;
    }

    private static long next(ByteView file, long at) throws BadImageException {
        long length = file.u32le(at + 4);
        return at + CHUNK_HEADER_BYTES + length + (length & 1);
    }

    private static int width(ByteView file, long chunk) throws BadImageException {
        long body = chunk + CHUNK_HEADER_BYTES;
        return lossless(file, chunk) ? (file.i32le(body + 1) & 0x3fff) + 1 : file.u16le(body + 6) & 0x3fff;
    }

    private static int height(ByteView file, long chunk) throws BadImageException {
        long body = chunk + CHUNK_HEADER_BYTES;
        return lossless(file, chunk) ? (file.i32le(body + 1) >> 14 & 0x3fff) + 1 : file.u16le(body + 8) & 0x3fff;
    }

    private static boolean lossless(ByteView file, long chunk) throws BadImageException {
        if (file.hasAscii(chunk, "VP8 ")) {
            return false;
        }
        if (file.u8(chunk + CHUNK_HEADER_BYTES) != LOSSLESS_SIGNATURE) {
            throw new BadImageException("missing lossless bit stream at byte " + (chunk + CHUNK_HEADER_BYTES));
        }
        return true;
    }

    private static int u24(ByteView file, long offset) throws BadImageException {
        return file.u16le(offset) | file.u8(offset + 2) << 16;
    }
}
