package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageContainer;
import dev.cardinal.udf.fetch.ImageFetcher.UnreadableImageException;
import dev.cardinal.udf.image.Status;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Lists the images of ZIP archives. */
final class ZipIndex implements ShardIndex {
    private final Configuration configuration;
    private final MemberRules rules;

    ZipIndex(Configuration configuration, MemberRules rules) {
        this.configuration = configuration;
        this.rules = rules;
    }

    @Override
    public ImageIterator images(ShardFile file) throws IOException {
        if (file.length() == 0) {
            return new SingleProblemIterator(file.problem(Status.EMPTY, "no bytes"));
        }
        try {
            return new ArchiveImages(ShardFormat.ZIP, file, ImageContainer.ZIP, members(file), rules);
        } catch (UnreadableImageException e) {
            return new SingleProblemIterator(file.problem(Status.UNREADABLE, String.valueOf(e.getMessage())));
        }
    }

    private ZipMembers members(ShardFile file) throws IOException {
        HadoopInput entries = open(file);
        try {
            return new ZipMembers(entries, open(file), file.length());
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    private HadoopInput open(ShardFile file) throws IOException {
        return HadoopInput.open(configuration, file.path(), HadoopInput.Access.RANDOM);
    }
}
