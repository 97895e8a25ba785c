package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Lists shards that are read from beginning to end, compressed or not. */
final class StreamIndex implements ShardIndex {

    /** Creates an iterator over the images in a file's bytes, which closes the bytes. */
    interface StreamFormat {
        ImageIterator images(ShardFile file, ShardInput in);
    }

    /** Number of bytes that distinguish a compression from the headers of a TFRecord file and a tar archive. */
    private static final int HEAD = TarHeader.BLOCK;

    private final Configuration configuration;
    private final StreamFormat format;

    StreamIndex(Configuration configuration, StreamFormat format) {
        this.configuration = configuration;
        this.format = format;
    }

    @Override
    public ImageIterator images(ShardFile file) throws IOException {
        if (file.length() == 0) {
            return new SingleProblemIterator(file.problem(Status.EMPTY, "no bytes"));
        }
        try {
            return format.images(file, open(configuration, file.path()));
        } catch (UnreadableImageException e) {
            return new SingleProblemIterator(file.problem(Status.UNREADABLE, String.valueOf(e.getMessage())));
        }
    }

    /** Opens the uncompressed bytes of a file. */
    static ShardInput open(Configuration configuration, String file) throws IOException {
        HadoopInput in = HadoopInput.open(configuration, file, HadoopInput.Access.SEQUENTIAL);
        try {
            byte[] head = new byte[HEAD];
            int length = in.read(head, 0, HEAD);
            in.moveTo(0);
            boolean isPlain = TfRecords.isHeader(head, length) || TarHeader.isHeader(head, length);
            return isPlain ? in : CompressedInput.of(Compression.detect(head, length), in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
