package dev.cardinal.udf.shard;

import dev.cardinal.udf.image.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The members of a tar archive, header by header.
 *
 * <p>The archive may end at any member's end, with the blocks of zeros that should follow or without. Another archive may follow
 * them, as {@code cat} leaves it; anything else is damage. The caller closes the input.
 */
final class TarMembers {
    /** Extended headers that one member may have. */
    private static final int MAX_EXTENDED = 64;

    /** Bytes of an extended header; attributes may be in it as well as names. */
    private static final int MAX_EXTENDED_BYTES = 1 << 20;

    /** Bytes of a name; no file system has longer paths. */
    private static final int MAX_NAME = 1 << 15;

    private final ShardInput in;
    private final long length;
    private long reading;
    private @Nullable TarMember current;

    /** @param length bytes of the archive, or {@link Long#MAX_VALUE} where they are known only at the end */
    TarMembers(ShardInput in, long length) {
        this.in = in;
        this.length = length;
    }

    /** Byte at which the first header of the member that is being read begins. */
    long reading() {
        return reading;
    }

    /** The next member, or null after the last. */
    @Nullable
    TarMember next() throws IOException {
        TarMember last = current;
        if (last != null) {
            pass();
            boolean there = in.moveTo(Math.min(length, padded(last.position() + last.size())));
            if (!there && in.seekable()) {
                throw new DamageException("it has become shorter since it was listed");
            }
        }
        boolean ended = false;
        reading = in.position();
        byte @Nullable [] block = block();
        while (block != null && TarHeader.isZero(block)) {
            ended = true;
            reading = in.position();
            block = block();
        }
        current = block == null ? null : member(block, ended);
        return current;
    }

    private byte @Nullable [] block() throws IOException {
        byte[] block = new byte[TarHeader.BLOCK];
        int got = in.read(block, 0, (int) Math.max(0, Math.min(block.length, length - in.position())));
        if (got < block.length && !TarHeader.isZero(block)) {
            throw reading == 0
                    ? notTar("it ends within the first header")
                    : new DamageException("it ends within a header");
        }
        return got < block.length ? null : block;
    }

    private TarMember member(byte[] first, boolean ended) throws IOException {
        TarHeader header = first(first, ended);
        String longName = null;
        PaxRecords pax = PaxRecords.NONE;
        for (int extended = 0; extended < MAX_EXTENDED; extended++) {
            switch (header.type()) {
                case 'L' -> longName = longName(header);
                case 'x', 'X' -> pax = pax.with(extended(header, MAX_EXTENDED_BYTES));
                case 'K', 'g' -> skip(header);
                default -> {
                    return member(header, longName, pax);
                }
            }
            byte @Nullable [] block = block();
            if (block == null) {
                throw new DamageException("it ends after an extended header");
            }
            header = TarHeader.parse(block);
        }
        throw new DamageException("a member has more than " + MAX_EXTENDED + " extended headers");
    }

    private TarHeader first(byte[] block, boolean ended) throws DamageException {
        try {
            return TarHeader.parse(block);
        } catch (DamageException e) {
            if (reading == 0) {
                throw notTar(e.reason());
            }
            throw ended ? new DamageException("what follows the end of the archive is no member") : e;
        }
    }

    private static DamageException notTar(String reason) {
        return new DamageException(Status.UNSUPPORTED, "no tar archive: " + reason);
    }

    private TarMember member(TarHeader header, @Nullable String longName, PaxRecords pax) throws IOException {
        boolean more = header.moreSparse();
        while (more) {
            byte @Nullable [] block = block();
            if (block == null) {
                throw new DamageException("it ends within a sparse file's header");
            }
            more = block[504] != 0;
        }
        String name = longName == null ? header.name() : longName;
        String path = pax.path() == null ? name : pax.path();
        TarMember.Type type = type(header.type(), path, pax.sparse());
        long size = hasContent(header.type()) ? pax.size() == null ? header.size() : pax.size() : 0;
        requireThere(size);
        return new TarMember(path, type, in.position(), size);
    }

    private static TarMember.Type type(char flag, String name, boolean sparse) {
        return switch (flag) {
            case 'S' -> TarMember.Type.SPARSE;
            case '0', '7', 0 ->
                name.endsWith("/") ? TarMember.Type.OTHER : sparse ? TarMember.Type.SPARSE : TarMember.Type.REGULAR;
            default -> TarMember.Type.OTHER;
        };
    }

    /** Links, devices and directories have none, whatever size a header says. */
    private static boolean hasContent(char flag) {
        return flag < '1' || flag > '6';
    }

    private void requireThere(long size) throws DamageException {
        if (size > Math.min(length, Long.MAX_VALUE / 2) - in.position()) {
            throw new DamageException("a member of " + size + " bytes does not fit into the archive");
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
        requireThere(header.size());
        if (header.size() > limit) {
            throw new DamageException(
                    "an extended header has " + header.size() + " bytes, at most " + limit + " are read");
        }
        byte[] bytes = in.read((int) header.size());
        if (bytes.length < header.size() || !in.moveTo(padded(in.position()))) {
            throw new DamageException("it ends within an extended header");
        }
        return bytes;
    }

    private void skip(TarHeader header) throws IOException {
        requireThere(header.size());
        if (!in.moveTo(padded(in.position() + header.size()))) {
            throw new DamageException("it ends within an extended header");
        }
    }

    /** Content of the member that was read last. */
    byte[] content(TarMember member) throws IOException {
        byte[] content = in.read((int) member.size());
        if (content.length < member.size()) {
            throw cut(member);
        }
        return content;
    }

    /** Goes to the end of the content of the member that was read last, and so makes sure that all of it is there. */
    void pass() throws IOException {
        TarMember member = current;
        if (member != null && !in.moveTo(member.position() + member.size())) {
            throw cut(member);
        }
    }

    private static DamageException cut(TarMember member) {
        return new DamageException("it ends within the " + member.size() + " bytes of " + member.name());
    }

    private static long padded(long position) {
        return Math.floorDiv(position + TarHeader.BLOCK - 1, TarHeader.BLOCK) * TarHeader.BLOCK;
    }
}
