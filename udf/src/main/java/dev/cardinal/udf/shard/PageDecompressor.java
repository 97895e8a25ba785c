package dev.cardinal.udf.shard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputDecompressor;
import org.apache.parquet.hadoop.BadConfigurationException;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Decompresses pages; rejects an impossible uncompressed size before memory is allocated. */
final class PageDecompressor {
    private static final int SLACK = 1 << 16;

    private final CodecFactory codecs;
    private final CompressionCodecName codec;

    /** @param codecs codecs, released by the caller */
    PageDecompressor(CodecFactory codecs, CompressionCodecName codec) {
        this.codecs = codecs;
        this.codec = codec;
    }

    byte[] decompress(byte[] page, int from, int uncompressed) throws CorruptShardException {
        int length = page.length - from;
        if (codec == CompressionCodecName.UNCOMPRESSED) {
            return Arrays.copyOfRange(page, from, page.length);
        }
        if (uncompressed < 0
                || uncompressed > SLACK + ratio() * length
                || hasOtherSnappySize(page, from, uncompressed)) {
            throw new CorruptShardException(
                    "a page of " + length + " bytes cannot have " + uncompressed + " uncompressed bytes");
        }
        try {
            BytesInputDecompressor decompressor = codecs.getDecompressor(codec);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(uncompressed);
            decompressor
                    .decompress(BytesInput.from(page, from, length), uncompressed)
                    .writeAllTo(bytes);
            return bytes.toByteArray();
        } catch (BadConfigurationException e) {
            throw new CorruptShardException(
                    "compression " + codec + " is not supported: write the table with zstd or snappy");
        } catch (IOException | RuntimeException | InternalError e) {
            throw new CorruptShardException("a page cannot be decompressed with " + codec + ": " + e.getMessage());
        }
    }

    /** Returns the maximum number of uncompressed bytes for each compressed byte. */
    private long ratio() {
        return switch (codec) {
            case SNAPPY -> 64;
            case LZ4, LZ4_RAW, LZO -> 256;
            case GZIP -> 1100;
            default -> 1 << 15;
        };
    }

    /** Returns whether Snappy's own size, a leading varint that its decoder trusts, differs from the page's. */
    private boolean hasOtherSnappySize(byte[] page, int from, int uncompressed) {
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
