package dev.cardinal.udf.shard;

import java.nio.charset.StandardCharsets;

/**
 * One header block of a tar archive: POSIX ustar and pax, GNU, or older than both.
 *
 * <p>Commons Compress is not used because it stops at the first end marker, so that concatenated archives are lost, and
 * does not limit the length of a member's long name.
 *
 * @param name the member's name, as much of it as fits into the block
 * @param size bytes after the header
 * @param type the type flag
 * @param target the name that a link points to, as much of it as fits into the block
 * @param moreSparse whether another block with the list of holes follows, in the old GNU format
 * @see <a href="https://www.gnu.org/software/tar/manual/html_node/Standard.html">GNU tar's manual, 'Basic Tar
 *     Format'</a>
 */
record TarHeader(String name, long size, char type, String target, boolean moreSparse) {
    static final int BLOCK = 512;
    private static final int NAME_LENGTH = 100;
    private static final int SIZE = 124;
    private static final int SIZE_LENGTH = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;
    private static final int TYPE = 156;
    private static final int TARGET = 157;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_LENGTH = 155;
    private static final int GNU_MORE_SPARSE = 482;

    static TarHeader parse(byte[] block) throws CorruptShardException {
        requireChecksum(block);
        char type = (char) (block[TYPE] & 0xff);
        return new TarHeader(
                name(block),
                number(block, SIZE, SIZE_LENGTH),
                type,
                text(block, TARGET, NAME_LENGTH),
                type == 'S' && block[GNU_MORE_SPARSE] != 0);
    }

    /** Returns whether the bytes begin with a header. */
    static boolean isHeader(byte[] bytes, int length) {
        try {
            parse(bytes);
            return length == BLOCK && !isZero(bytes);
        } catch (CorruptShardException e) {
            return false;
        }
    }

    static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Checks the checksum; some old writers summed signed bytes. */
    private static void requireChecksum(byte[] block) throws CorruptShardException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long expected = number(block, CHECKSUM, CHECKSUM_LENGTH);
        if (expected != unsigned && expected != signed) {
            throw new CorruptShardException("checksum mismatch in a header");
        }
    }

    private static String name(byte[] block) {
        String name = text(block, 0, NAME_LENGTH);
        boolean posix = block[MAGIC + 5] == 0 && "ustar".equals(text(block, MAGIC, 5));
        String prefix = posix ? text(block, PREFIX, PREFIX_LENGTH) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] block, int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return new String(block, from, end - from, StandardCharsets.UTF_8);
    }

    /** Reads octal digits between spaces or zeros; or a big-endian number if the first bit is set. */
    private static long number(byte[] block, int from, int length) throws CorruptShardException {
        if ((block[from] & 0x80) != 0) {
            return binary(block, from, length);
        }
        long value = 0;
        int at = from;
        int end = from + length;
        while (at < end && (block[at] == ' ' || block[at] == 0)) {
            at++;
        }
        while (at < end && block[at] != ' ' && block[at] != 0) {
            if (block[at] < '0' || block[at] > '7') {
                throw new CorruptShardException("a header has a number that is not octal");
            }
            value = 8 * value + block[at++] - '0';
        }
        return value;
    }

    private static long binary(byte[] block, int from, int length) throws CorruptShardException {
        long value = block[from] & 0x7f;
        for (int i = from + 1; i < from + length; i++) {
            if (value > Long.MAX_VALUE >> 8) {
                throw new CorruptShardException("a header has a number that is too large");
            }
            value = (value << 8) | (block[i] & 0xff);
        }
        return value;
    }
}
