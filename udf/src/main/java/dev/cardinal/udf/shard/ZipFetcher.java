package dev.cardinal.udf.shard;

import dev.cardinal.udf.fetch.ImageFetcher;
import dev.cardinal.udf.fetch.ImageRef;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Reads the members of ZIP archives; keeps one archive open. */
final class ZipFetcher implements ImageFetcher {

    /** An open archive: its directory and its contents are read at different positions. */
    private record Archive(String file, HadoopInput entries, HadoopInput contents, ZipDirectory directory) {}

    private final Configuration configuration;
    private @Nullable Archive archive;

    ZipFetcher(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public Fetched fetch(ImageRef image, int limit) throws IOException {
        long position = image.location().position();
        try {
            Archive open = open(image.location().file());
            if (!open.entries().moveTo(position)) {
                throw new CorruptShardException("the file has become shorter since it was listed");
            }
            ZipEntry entry = ZipEntry.read(open.entries());
            return Fetched.of(entry.content(open.contents(), open.directory().shift(), limit));
        } catch (CorruptShardException e) {
            throw new CorruptRecordException("ZIP: "
                    + image.path().substring(image.path().lastIndexOf(ShardFormat.MEMBER) + ShardFormat.MEMBER.length())
                    + " at byte " + position + ": "
                    + e.reason());
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Archive open(String file) throws IOException {
        Archive open = archive;
        if (open != null && open.file().equals(file)) {
            return open;
        }
        close();
        HadoopInput entries = HadoopInput.open(configuration, file, HadoopInput.Access.RANDOM);
        try {
            ZipDirectory directory = ZipDirectory.find(entries, HadoopInput.length(configuration, file));
            HadoopInput contents = HadoopInput.open(configuration, file, HadoopInput.Access.SEQUENTIAL);
            open = new Archive(file, entries, contents, directory);
            archive = open;
            return open;
        } catch (IOException | RuntimeException e) {
            entries.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        Archive open = archive;
        archive = null;
        if (open != null) {
            try {
                open.entries().close();
            } finally {
                open.contents().close();
            }
        }
    }
}
