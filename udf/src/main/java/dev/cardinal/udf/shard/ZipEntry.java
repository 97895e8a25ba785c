package dev.cardinal.udf.shard;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * An entry in the directory of a ZIP archive, and the content that it points to.
 *
 * <p>Commons Compress is not used because it loads the whole directory into memory and does not check the CRC.
 *
 * @param name path in the archive
 * @param method compression method
 * @param isEncrypted whether a password is needed
 * @param isLink whether it is a symbolic link
 * @param crc checksum of the content
 * @param compressed bytes in the archive
 * @param size bytes of the content
 * @param header offset of the local header as the archive states it; see {@link ZipDirectory}
 * @param length bytes of the entry in the directory
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">.ZIP File Format Specification, 4.3</a>
 */
record ZipEntry(
        String name,
        int method,
        boolean isEncrypted,
        boolean isLink,
        long crc,
        long compressed,
        long size,
        long header,
        int length) {
    private static final int SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int FIXED = 46;
    private static final int LOCAL_FIXED = 30;
    private static final int ZIP64 = 1;
    private static final long IN_ZIP64 = 0xffffffffL;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int UNIX = 3;
    private static final int LINK_MODE = 0120000;
    private static final int TYPE_MODE = 0170000;
    private static final int UTF_8_FLAG = 1 << 11;

    /** Reads the entry at the current position of an archive. */
    static ZipEntry read(ShardInput in) throws IOException {
        ByteBuffer fixed = buffer(in, FIXED);
        if (fixed.getInt(0) != SIGNATURE) {
            throw new CorruptShardException("the directory of the archive is corrupt");
        }
        int flags = unsigned(fixed, 8);
        byte[] name = bytes(in, unsigned(fixed, 28));
        ByteBuffer extra = buffer(in, unsigned(fixed, 30));
        int comment = unsigned(fixed, 32);
        bytes(in, comment);
        long[] large = {fixed.getInt(24) & IN_ZIP64, fixed.getInt(20) & IN_ZIP64, fixed.getInt(42) & IN_ZIP64};
        readZip64(extra, large);
        int mode = fixed.getInt(38) >>> 16;
        return new ZipEntry(
                new String(name, charset(flags)),
                unsigned(fixed, 10),
                (flags & 1) != 0,
                fixed.get(5) == UNIX && (mode & TYPE_MODE) == LINK_MODE,
                fixed.getInt(16) & IN_ZIP64,
                large[1],
                large[0],
                large[2],
                FIXED + name.length + extra.capacity() + comment);
    }

    /** Reads the sizes and the offset that do not fit into 32 bits. */
    private static void readZip64(ByteBuffer extra, long[] values) throws CorruptShardException {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = extra.getShort() & 0xffff;
            int end = extra.position() + length;
            if (end > extra.limit()) {
                return;
            }
            for (int i = 0; id == ZIP64 && i < values.length; i++) {
                if (values[i] == IN_ZIP64) {
                    if (end - extra.position() < Long.BYTES) {
                        throw new CorruptShardException("a ZIP64 field is too short");
                    }
                    values[i] = extra.getLong();
                }
            }
            extra.position(end);
        }
    }

    private static Charset charset(int flags) {
        if ((flags & UTF_8_FLAG) != 0) {
            return StandardCharsets.UTF_8;
        }
        return Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;
    }

    /** Returns why the content cannot be read, or null. */
    @Nullable
    String problem() {
        if (isEncrypted) {
            return "the member is encrypted";
        }
        return method == STORED || method == DEFLATED
                ? null
                : "compression method " + method + " is not supported: write the archive with deflate";
    }

    /**
     * Reads the content, at most {@code limit} bytes, and checks it if it is complete.
     *
     * @param in the archive
     * @param shift bytes before the archive in its file
     */
    byte[] content(ShardInput in, long shift, int limit) throws IOException {
        if (!in.moveTo(header + shift)) {
            throw new CorruptShardException("the member's header is beyond the end of the file");
        }
        ByteBuffer local = buffer(in, LOCAL_FIXED);
        if (local.getInt(0) != LOCAL_SIGNATURE) {
            throw new CorruptShardException("the member's header is corrupt");
        }
        in.moveTo(in.position() + unsigned(local, 26) + unsigned(local, 28));
        ShardInputStream stored = new ShardInputStream(in, compressed);
        byte[] content = method == STORED ? stored.readNBytes(limit) : inflate(stored, limit);
        if (content.length < limit) {
            requireIntact(content);
        }
        return content;
    }

    private static byte[] inflate(ShardInputStream compressed, int limit) throws IOException {
        Inflater inflater = new Inflater(true);
        try (InputStream in = new InflaterInputStream(compressed, inflater)) {
            return in.readNBytes(limit);
        } catch (ZipException | EOFException e) {
            if (compressed.failure() != null) {
                throw compressed.failure();
            }
            throw new CorruptShardException("the member's compressed data are corrupt: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }

    private void requireIntact(byte[] content) throws CorruptShardException {
        if (content.length != size) {
            throw new CorruptShardException("the member has " + content.length + " bytes instead of " + size);
        }
        CRC32 sum = new CRC32();
        sum.update(content);
        if (sum.getValue() != crc) {
            throw new CorruptShardException("checksum mismatch in the member's data");
        }
    }

    private static byte[] bytes(ShardInput in, int length) throws IOException {
        byte[] bytes = in.read(length);
        if (bytes.length < length) {
            throw new CorruptShardException("unexpected end of file within the directory of the archive");
        }
        return bytes;
    }

    private static ByteBuffer buffer(ShardInput in, int length) throws IOException {
        return ByteBuffer.wrap(bytes(in, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int unsigned(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xffff;
    }
}
