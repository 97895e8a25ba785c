package dev.cardinal.udf.shard;

import org.apache.parquet.column.Encoding;

/**
 * Walks the run lengths and deltas of a page, whose counts Parquet's decoders take for array sizes before they look at the bytes.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/">Parquet, 'Encodings'</a>
 */
final class PageGuard {
    /** Values that writers may add to fill up the last run. */
    private static final int PADDING = 512;

    private static final int MAX_BLOCK = 1 << 16;

    private final byte[] page;
    private final int values;
    private int at;

    private PageGuard(byte[] page, int from, int values) {
        this.page = page;
        this.at = from;
        this.values = values;
    }

    /** Checks levels of no more bits than a width, and says where they end. */
    static int levels(byte[] page, int width, int values) throws DamageException {
        PageGuard guard = new PageGuard(page, 0, values);
        int length = guard.int32();
        if (length < 0 || length > page.length - Integer.BYTES) {
            throw broken();
        }
        guard.runs(Integer.BYTES + length, width);
        return Integer.BYTES + length;
    }

    /** Checks levels that have no length before them. */
    static void bareLevels(byte[] levels, int width, int values) throws DamageException {
        new PageGuard(levels, 0, values).runs(levels.length, width);
    }

    /** Checks values. */
    static void values(byte[] page, int from, Encoding encoding, int values) throws DamageException {
        PageGuard guard = new PageGuard(page, from, values);
        switch (encoding) {
            case PLAIN, BYTE_STREAM_SPLIT -> {}
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> guard.dictionary();
            case RLE -> {
                guard.int32();
                guard.runs(page.length, 1);
            }
            case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> guard.deltas();
            case DELTA_BYTE_ARRAY -> {
                guard.deltas();
                guard.deltas();
            }
            default -> throw new DamageException("encoding " + encoding + " is none for values");
        }
    }

    private void dictionary() throws DamageException {
        if (at < page.length) {
            int width = page[at++] & 0xff;
            if (width > Integer.SIZE) {
                throw broken();
            }
            runs(page.length, width);
        }
    }

    private void runs(int end, int width) throws DamageException {
        long seen = 0;
        while (at < end && seen < values) {
            long header = varint();
            long count = (header & 1) == 0 ? header >>> 1 : (header >>> 1) * 8;
            if (count == 0 || count > values - seen + PADDING) {
                throw broken();
            }
            seen += count;
            at += (int) ((header & 1) == 0 ? (width + 7) / 8 : Math.min(page.length - at, count / 8 * width));
        }
    }

    private void deltas() throws DamageException {
        long block = varint();
        long miniBlocks = varint();
        long total = varint();
        varint();
        if (block > MAX_BLOCK
                || miniBlocks == 0
                || block % miniBlocks != 0
                || block / miniBlocks % 8 != 0
                || block == 0
                || total > values) {
            throw broken();
        }
        long left = total - 1;
        while (left > 0) {
            varint();
            int widths = at;
            at += (int) miniBlocks;
            for (int i = 0; i < miniBlocks && left > 0; i++) {
                if (widths + i >= page.length || (page[widths + i] & 0xff) > Long.SIZE) {
                    throw broken();
                }
                at = (int) Math.min(page.length, at + block / miniBlocks * (page[widths + i] & 0xff) / 8);
                left -= block / miniBlocks;
            }
        }
    }

    private int int32() throws DamageException {
        if (page.length - at < Integer.BYTES) {
            throw broken();
        }
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value |= (page[at++] & 0xff) << (8 * i);
        }
        return value;
    }

    private long varint() throws DamageException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= page.length) {
                throw broken();
            }
            byte b = page[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value >= 0 ? value : Long.MAX_VALUE;
            }
        }
        throw broken();
    }

    private static DamageException broken() {
        return new DamageException("a page's values are broken");
    }
}
