package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a tar archive, header by header. Not thread-safe.
 *
 * <p>The archive may end after any member, with or without the blocks of zeros that mark the end. After them another
 * archive may follow, as {@code cat} produces it; anything else is corrupt. Closes the input.
 */
final class TarMembers implements ArchiveMembers {
    /** Maximum number of extended headers of one member. */
    private static final int MAX_EXTENDED = 64;

    /** Maximum length of an extended header in bytes; it may contain attributes in addition to names. */
    private static final int MAX_EXTENDED_BYTES = 1 << 20;

    /** Maximum length of a name in bytes; no file system has longer paths. */
    private static final int MAX_NAME = 1 << 15;

    private static final String SPARSE = "sparse members are not supported: write the archive without --sparse";

    private final ShardInput in;
    private final long length;
    private long headerPosition;
    private @Nullable ArchiveMember current;

    /** @param length bytes of the archive, or {@link Long#MAX_VALUE} if they are known only at the end */
    TarMembers(ShardInput in, long length) {
        this.in = in;
        this.length = length;
    }

    @Override
    public long headerPosition() {
        return headerPosition;
    }

    @Override
    public @Nullable ArchiveMember next() throws IOException {
        ArchiveMember last = current;
        if (last != null) {
            skipContent();
            boolean moved = in.moveTo(Math.min(length, padded(last.position() + last.size())));
            if (!moved && in.seekable()) {
                throw new CorruptShardException("the file has become shorter since it was listed");
            }
        }
        boolean ended = false;
        headerPosition = in.position();
        byte @Nullable [] block = block();
        while (block != null && TarHeader.isZero(block)) {
            ended = true;
            headerPosition = in.position();
            block = block();
        }
        current = block == null ? null : member(block, ended);
        return current;
    }

    private byte @Nullable [] block() throws IOException {
        byte[] block = new byte[TarHeader.BLOCK];
        int got = in.read(block, 0, (int) Math.max(0, Math.min(block.length, length - in.position())));
        if (got < block.length && !TarHeader.isZero(block)) {
            throw headerPosition == 0
                    ? notTar("unexpected end of file within the first header")
                    : new CorruptShardException("unexpected end of file within a header");
        }
        return got < block.length ? null : block;
    }

    private ArchiveMember member(byte[] first, boolean ended) throws IOException {
        TarHeader header = first(first, ended);
        String longName = null;
        String longTarget = null;
        PaxRecords pax = PaxRecords.NONE;
        for (int extended = 0; extended < MAX_EXTENDED; extended++) {
            switch (header.type()) {
                case 'L' -> longName = longName(header);
                case 'x', 'X' -> pax = pax.with(extended(header, MAX_EXTENDED_BYTES));
                case 'K' -> longTarget = longName(header);
                case 'g' -> skip(header);
                default -> {
                    return member(header, longName, longTarget, pax);
                }
            }
            byte @Nullable [] block = block();
            if (block == null) {
                throw new CorruptShardException("unexpected end of file after an extended header");
            }
            header = TarHeader.parse(block);
        }
        throw new CorruptShardException("a member has more than " + MAX_EXTENDED + " extended headers");
    }

    private TarHeader first(byte[] block, boolean ended) throws CorruptShardException {
        try {
            return TarHeader.parse(block);
        } catch (CorruptShardException e) {
            if (headerPosition == 0) {
                boolean isZip = block[0] == 'P' && block[1] == 'K' && block[2] == 3;
                throw notTar(isZip ? "it is a ZIP archive: use --input-format zip, or call it .zip" : e.reason());
            }
            throw ended ? new CorruptShardException("invalid data after the end of the archive") : e;
        }
    }

    private static CorruptShardException notTar(String reason) {
        return new CorruptShardException(Status.UNSUPPORTED, "not a tar archive: " + reason);
    }

    private ArchiveMember member(
            TarHeader header, @Nullable String longName, @Nullable String longTarget, PaxRecords pax)
            throws IOException {
        boolean more = header.moreSparse();
        while (more) {
            byte @Nullable [] block = block();
            if (block == null) {
                throw new CorruptShardException("unexpected end of file within a sparse member's header");
            }
            more = block[504] != 0;
        }
        String name = longName == null ? header.name() : longName;
        String path = pax.path() == null ? name : pax.path();
        String link = longTarget == null ? header.target() : longTarget;
        ArchiveMember.Type type = type(header.type(), path);
        long size = hasContent(header.type()) ? pax.size() == null ? header.size() : pax.size() : 0;
        requireInArchive(size);
        return new ArchiveMember(
                path,
                type,
                in.position(),
                size,
                type == ArchiveMember.Type.HARD_LINK ? pax.target() == null ? link : pax.target() : null,
                header.type() == 'S' || (pax.sparse() && type == ArchiveMember.Type.REGULAR) ? SPARSE : null);
    }

    private static ArchiveMember.Type type(char flag, String name) {
        return switch (flag) {
            case 'S' -> ArchiveMember.Type.REGULAR;
            case '0', '7', 0 -> name.endsWith("/") ? ArchiveMember.Type.DIRECTORY : ArchiveMember.Type.REGULAR;
            case '1' -> ArchiveMember.Type.HARD_LINK;
            case '2' -> ArchiveMember.Type.SYMBOLIC_LINK;
            case '5', 'D', 'V' -> ArchiveMember.Type.DIRECTORY;
            default -> ArchiveMember.Type.OTHER;
        };
    }

    /** Returns whether content follows; links, devices and directories have none, whatever their header declares. */
    private static boolean hasContent(char flag) {
        return flag < '1' || flag > '6';
    }

    private void requireInArchive(long size) throws CorruptShardException {
        if (size > Math.min(length, Long.MAX_VALUE / 2) - in.position()) {
            throw new CorruptShardException("a member of " + size + " bytes does not fit into the archive");
        }
    }

    private String longName(TarHeader header) throws IOException {
        byte[] bytes = extended(header, MAX_NAME);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private byte[] extended(TarHeader header, int limit) throws IOException {
        requireInArchive(header.size());
        if (header.size() > limit) {
            throw new CorruptShardException(
                    "an extended header has " + header.size() + " bytes, the limit is " + limit);
        }
        byte[] bytes = in.read((int) header.size());
        if (bytes.length < header.size() || !in.moveTo(padded(in.position()))) {
            throw new CorruptShardException("unexpected end of file within an extended header");
        }
        return bytes;
    }

    private void skip(TarHeader header) throws IOException {
        requireInArchive(header.size());
        if (!in.moveTo(padded(in.position() + header.size()))) {
            throw new CorruptShardException("unexpected end of file within an extended header");
        }
    }

    @Override
    public byte[] content(ArchiveMember member) throws IOException {
        byte[] content = in.read((int) member.size());
        if (content.length < member.size()) {
            throw truncated(member);
        }
        return content;
    }

    @Override
    public void skipContent() throws IOException {
        ArchiveMember member = current;
        if (member != null && !in.moveTo(member.position() + member.size())) {
            throw truncated(member);
        }
    }

    private static CorruptShardException truncated(ArchiveMember member) {
        return new CorruptShardException(
                "unexpected end of file within the " + member.size() + " bytes of " + member.name());
    }

    private static long padded(long position) {
        return Math.floorDiv(position + TarHeader.BLOCK - 1, TarHeader.BLOCK) * TarHeader.BLOCK;
    }

    @Override
    public String positionSuffix() {
        return in.seekable() ? "" : " of the uncompressed archive";
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
