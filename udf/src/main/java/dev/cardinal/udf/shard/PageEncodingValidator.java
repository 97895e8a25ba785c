package dev.cardinal.udf.shard;

import org.apache.parquet.column.Encoding;

/**
 * Validates the run lengths and deltas of a page, because Parquet's decoders use their counts as array sizes before
 * they check the bytes.
 *
 * @see <a href="https://parquet.apache.org/docs/file-format/data-pages/encodings/">Parquet, 'Encodings'</a>
 */
final class PageEncodingValidator {
    /** Values that writers may add to pad the last run. */
    private static final int PADDING = 512;

    private static final int MAX_BLOCK = 1 << 16;

    private final byte[] page;
    private final int values;
    private int at;

    private PageEncodingValidator(byte[] page, int from, int values) {
        this.page = page;
        this.at = from;
        this.values = values;
    }

    /** Checks levels of at most {@code width} bits; returns the index after them. */
    static int levels(byte[] page, int width, int values) throws CorruptShardException {
        PageEncodingValidator validator = new PageEncodingValidator(page, 0, values);
        int length = validator.int32();
        if (length < 0 || length > page.length - Integer.BYTES) {
            throw corrupt();
        }
        validator.runs(Integer.BYTES + length, width);
        return Integer.BYTES + length;
    }

    /** Checks levels without a length before them. */
    static void bareLevels(byte[] levels, int width, int values) throws CorruptShardException {
        new PageEncodingValidator(levels, 0, values).runs(levels.length, width);
    }

    /** Checks values. */
    static void values(byte[] page, int from, Encoding encoding, int values) throws CorruptShardException {
        PageEncodingValidator validator = new PageEncodingValidator(page, from, values);
        switch (encoding) {
            case PLAIN, BYTE_STREAM_SPLIT -> {}
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> validator.dictionary();
            case RLE -> {
                validator.int32();
                validator.runs(page.length, 1);
            }
            case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> validator.deltas();
            case DELTA_BYTE_ARRAY -> {
                validator.deltas();
                validator.deltas();
            }
            default -> throw new CorruptShardException("invalid encoding for values: " + encoding);
        }
    }

    private void dictionary() throws CorruptShardException {
        if (at < page.length) {
            int width = page[at++] & 0xff;
            if (width > Integer.SIZE) {
                throw corrupt();
            }
            runs(page.length, width);
        }
    }

    private void runs(int end, int width) throws CorruptShardException {
        long seen = 0;
        while (at < end && seen < values) {
            long header = varint();
            long count = (header & 1) == 0 ? header >>> 1 : (header >>> 1) * 8;
            if (count == 0 || count > values - seen + PADDING) {
                throw corrupt();
            }
            seen += count;
            at += (int) ((header & 1) == 0 ? (width + 7) / 8 : Math.min(page.length - at, count / 8 * width));
        }
    }

    private void deltas() throws CorruptShardException {
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
            throw corrupt();
        }
        long left = total - 1;
        while (left > 0) {
            varint();
            int widths = at;
            at += (int) miniBlocks;
            for (int i = 0; i < miniBlocks && left > 0; i++) {
                if (widths + i >= page.length || (page[widths + i] & 0xff) > Long.SIZE) {
                    throw corrupt();
                }
                at = (int) Math.min(page.length, at + block / miniBlocks * (page[widths + i] & 0xff) / 8);
                left -= block / miniBlocks;
            }
        }
    }

    private int int32() throws CorruptShardException {
        if (page.length - at < Integer.BYTES) {
            throw corrupt();
        }
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value |= (page[at++] & 0xff) << (8 * i);
        }
        return value;
    }

    private long varint() throws CorruptShardException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at >= page.length) {
                throw corrupt();
            }
            byte b = page[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value >= 0 ? value : Long.MAX_VALUE;
            }
        }
        throw corrupt();
    }

    private static CorruptShardException corrupt() {
        return new CorruptShardException("a page's values are corrupt");
    }
}
