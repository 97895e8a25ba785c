package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Lists shards that are read from their beginning to their end, in gzip or not. */
final class StreamIndex implements ShardIndex {

    /** Makes the images of a file from its bytes, and closes these in the end. */
    interface Format {
        ImageIterator images(ShardFile file, ShardInput in);
    }

    /** Bytes that tell gzip from a TFRecord header. */
    private static final int HEAD = TfRecords.HEADER;

    private final Configuration configuration;
    private final Format format;

    StreamIndex(Configuration configuration, Format format) {
        this.configuration = configuration;
        this.format = format;
    }

    @Override
    public ImageIterator images(ShardFile file) throws IOException {
        if (file.length() == 0) {
            return new OneProblem(file.problem(Status.EMPTY, "no bytes"));
        }
        try {
            return format.images(file, open(file));
        } catch (UnreadableImageException e) {
            return new OneProblem(file.problem(Status.UNREADABLE, String.valueOf(e.getMessage())));
        }
    }

    private ShardInput open(ShardFile file) throws IOException {
        StoreInput in = StoreInput.open(configuration, file.path(), StoreInput.Access.SEQUENTIAL);
        try {
            byte[] head = new byte[HEAD];
            int length = in.read(head, 0, HEAD);
            in.moveTo(0);
            return GunzipInput.startsWith(head, length) && !TfRecords.isHeader(head, length) ? new GunzipInput(in) : in;
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
