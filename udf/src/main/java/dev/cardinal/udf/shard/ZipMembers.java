package dev.cardinal.udf.shard;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the members of a ZIP archive from its directory. Not thread-safe; closes its inputs. */
final class ZipMembers implements ArchiveMembers {
    private final HadoopInput entries;
    private final HadoopInput contents;
    private final long length;
    private @Nullable ZipDirectory directory;
    private @Nullable ZipEntry current;
    private long position;

    /**
     * @param entries the file, from which the directory is read
     * @param contents the same file, opened a second time to read contents
     * @param length bytes of the file
     */
    ZipMembers(HadoopInput entries, HadoopInput contents, long length) {
        this.entries = entries;
        this.contents = contents;
        this.length = length;
    }

    @Override
    public @Nullable ArchiveMember next() throws IOException {
        ZipDirectory found = directory;
        if (found == null) {
            found = ZipDirectory.find(entries, length);
            directory = found;
            position = found.start();
        } else if (current != null) {
            position += current.length();
        }
        if (position >= found.end()) {
            current = null;
            return null;
        }
        if (!entries.moveTo(position)) {
            throw new CorruptShardException("the file has become shorter since it was listed");
        }
        ZipEntry entry = ZipEntry.read(entries);
        current = entry;
        return new ArchiveMember(entry.name(), type(entry), position, entry.size(), null, entry.problem());
    }

    private static ArchiveMember.Type type(ZipEntry entry) {
        if (entry.name().endsWith("/")) {
            return ArchiveMember.Type.DIRECTORY;
        }
        return entry.isLink() ? ArchiveMember.Type.SYMBOLIC_LINK : ArchiveMember.Type.REGULAR;
    }

    @Override
    public byte[] content(ArchiveMember member) throws IOException {
        ZipEntry entry = current;
        ZipDirectory found = directory;
        if (entry == null || found == null) {
            throw new IllegalStateException("there is no current member");
        }
        return entry.content(contents, found.shift(), (int) member.size() + 1);
    }

    /** Does nothing: a member's content is checked when it is read. */
    @Override
    public void skipContent() {}

    @Override
    public long headerPosition() {
        return position;
    }

    @Override
    public String positionSuffix() {
        return "";
    }

    @Override
    public void close() throws IOException {
        try (contents) {
            entries.close();
        }
    }
}
