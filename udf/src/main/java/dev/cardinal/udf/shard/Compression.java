package dev.cardinal.udf.shard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/** The compressions of whole files that are read. Detected by the first bytes, not the name. */
public enum Compression {
    /** Not compressed. */
    NONE(""),
    /** RFC 1952. */
    GZIP("\u001f\u008b"),
    /** bzip2. */
    BZIP2("BZh"),
    /** XZ. */
    XZ("\u00fd7zXZ\0"),
    /** Zstandard, RFC 8878. */
    ZSTD("(\u00b5/\u00fd");

    /** Number of bytes that are enough to detect each of them. */
    public static final int HEAD = 6;

    /** Memory that an XZ stream may demand for its dictionary; {@code xz -9} needs 65 MiB. */
    private static final int XZ_MAX_KIB = 256 << 10;

    /** The beginning of a frame without data, which pzstd writes first. */
    private static final Pattern ZSTD_SKIPPABLE = Pattern.compile("[P-_]\\*M\u0018");

    /** First bytes, each as a character. */
    private final String magic;

    Compression(String magic) {
        this.magic = magic;
    }

    /** Detects the compression by a file's first bytes. */
    public static Compression detect(byte[] head, int length) {
        String start = new String(head, 0, Math.min(HEAD, length), StandardCharsets.ISO_8859_1);
        if (ZSTD_SKIPPABLE.matcher(start).lookingAt()) {
            return ZSTD;
        }
        for (Compression each : values()) {
            if (each != NONE && start.startsWith(each.magic)) {
                return each;
            }
        }
        return NONE;
    }

    /** Returns the decompressed bytes of all streams in a file, one after the other. */
    public InputStream decompress(InputStream in) throws IOException {
        return switch (this) {
            case NONE -> in;
            case GZIP -> new GzipCompressorInputStream(in, true);
            case BZIP2 -> new BZip2CompressorInputStream(in, true);
            case XZ -> new XZCompressorInputStream(in, true, XZ_MAX_KIB);
            case ZSTD -> new ZstdCompressorInputStream(new ZstdFrames(in));
        };
    }
}
