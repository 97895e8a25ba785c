package dev.cardinal.udf.shard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Decompresses pages; a size that the compressed bytes cannot become is refused before memory is asked for. */
final class PageBytes {
    private static final int SLACK = 1 << 16;

    private final CodecFactory codecs;
    private final CompressionCodecName codec;

    /** @param codecs released by the caller */
    PageBytes(CodecFactory codecs, CompressionCodecName codec) {
        this.codecs = codecs;
        this.codec = codec;
    }

    byte[] decompress(byte[] page, int from, int uncompressed) throws DamageException {
        int length = page.length - from;
        if (codec == CompressionCodecName.UNCOMPRESSED) {
            return Arrays.copyOfRange(page, from, page.length);
        }
        if (uncompressed < 0 || uncompressed > SLACK + ratio() * length || isOtherSnappy(page, from, uncompressed)) {
            throw new DamageException("a page of " + length + " bytes cannot become " + uncompressed);
        }
        try {
            BytesInputDecompressor decompressor = codecs.getDecompressor(codec);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(uncompressed);
            decompressor
                    .decompress(BytesInput.from(page, from, length), uncompressed)
                    .writeAllTo(bytes);
            return bytes.toByteArray();
        } catch (IOException | RuntimeException | InternalError e) {
            throw new DamageException("a page cannot be decompressed with " + codec + ": " + e.getMessage());
        }
    }

    /** What a byte can become at most. */
    private long ratio() {
        return switch (codec) {
            case SNAPPY -> 64;
            case LZ4, LZ4_RAW, LZO -> 256;
            case GZIP -> 1100;
            default -> 1 << 15;
        };
    }

    /** Snappy begins with the size as a varint, which its decoder believes. */
    private boolean isOtherSnappy(byte[] page, int from, int uncompressed) {
        if (codec != CompressionCodecName.SNAPPY) {
            return false;
        }
        long size = 0;
        int at = from;
        for (int shift = 0; shift < 35 && at < page.length; shift += 7) {
            size |= (long) (page[at] & 0x7f) << shift;
            if (page[at++] >= 0) {
                return size != uncompressed;
            }
        }
        return true;
    }
}
