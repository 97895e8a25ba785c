package dev.cardinal.udf.shard;

import dev.cardinal.udf.ImageFetcher.Fetched;
import dev.cardinal.udf.ImageRef;
import java.io.IOException;

/** The content of a member of a tar archive. */
final class TarContent implements RecordFetcher.Format {

    @Override
    public Fetched read(ShardInput in, ImageRef image, int limit) throws IOException {
        int wanted = (int) Math.min(image.length(), limit);
        byte[] content = in.read(wanted);
        if (content.length < wanted) {
            throw new DamageException("it ends within the " + image.length() + " bytes");
        }
        return Fetched.of(content);
    }
}
