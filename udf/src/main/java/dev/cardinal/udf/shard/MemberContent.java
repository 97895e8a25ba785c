package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher.Fetched;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.IOException;

/** Reads the content of a member of a tar archive. */
final class MemberContent implements RecordFetcher.RecordFormat {

    @Override
    public Fetched read(ShardInput in, ImageRef image, int limit) throws IOException {
        int wanted = (int) Math.min(image.length(), limit);
        byte[] content = in.read(wanted);
        if (content.length < wanted) {
            throw new CorruptShardException("unexpected end of file within a member of " + image.length() + " bytes");
        }
        return Fetched.of(content);
    }
}
