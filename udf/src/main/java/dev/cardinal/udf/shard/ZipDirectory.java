package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where the directory of a ZIP archive is.
 *
 * @param start byte of the file at which it begins
 * @param end byte after it
 * @param shift bytes before the archive in its file, which its offsets do not count
 */
record ZipDirectory(long start, long end, long shift) {
    private static final int SIGNATURE = 0x06054b50;
    private static final int ZIP64_LOCATOR = 0x07064b50;
    private static final int ZIP64_SIGNATURE = 0x06064b50;
    private static final int FIXED = 22;
    private static final int LOCATOR = 20;
    private static final int ZIP64_FIXED = 56;
    private static final int MAX_COMMENT = 0xffff;
    private static final long IN_ZIP64 = 0xffffffffL;
    private static final String TRUNCATED = "not a ZIP archive, or a truncated one: its end has no directory";

    /** Finds the directory of an archive. */
    static ZipDirectory find(ShardInput in, long length) throws IOException {
        int wanted = (int) Math.min(length, FIXED + MAX_COMMENT + LOCATOR);
        long from = length - wanted;
        byte[] bytes = in.moveTo(from) ? in.read(wanted) : new byte[0];
        ByteBuffer tail = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = bytes.length - FIXED; at >= 0; at--) {
            if (tail.getInt(at) == SIGNATURE) {
                return at(in, tail, at, from);
            }
        }
        throw new CorruptShardException(Status.UNSUPPORTED, TRUNCATED);
    }

    private static ZipDirectory at(ShardInput in, ByteBuffer tail, int at, long from) throws IOException {
        long size = tail.getInt(at + 12) & IN_ZIP64;
        long offset = tail.getInt(at + 16) & IN_ZIP64;
        long end = from + at;
        boolean isLarge = at >= LOCATOR && tail.getInt(at - LOCATOR) == ZIP64_LOCATOR;
        if (isLarge) {
            long position = tail.getLong(at - LOCATOR + 8);
            byte[] bytes = position >= 0 && in.moveTo(position) ? in.read(ZIP64_FIXED) : new byte[0];
            ByteBuffer large = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            if (bytes.length < ZIP64_FIXED || large.getInt(0) != ZIP64_SIGNATURE) {
                throw new CorruptShardException("the ZIP64 directory of the archive is corrupt");
            }
            size = large.getLong(40);
            offset = large.getLong(48);
            end = position;
        }
        long start = end - size;
        if (size < 0 || start < 0 || offset < 0 || offset > start) {
            throw new CorruptShardException("the directory of the archive does not fit into the file");
        }
        long after = from + at + FIXED + (tail.getShort(at + 20) & 0xffff);
        if (start > offset && after < from + tail.limit()) {
            // The directory is that of an archive within the archive.
            throw new CorruptShardException(Status.UNSUPPORTED, TRUNCATED);
        }
        return new ZipDirectory(start, end, start - offset);
    }
}
