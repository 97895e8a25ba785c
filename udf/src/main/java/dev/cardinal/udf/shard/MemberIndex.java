package dev.cardinal.udf.shard;

import org.jspecify.annotations.Nullable;

/**
 * Finds the content of an archive's members by name, for hard links to them. Stores 24 bytes for each of the first
 * {@value #MAX_NAMES} names; later names are not found. Names whose 64-bit hashes are equal are treated as one.
 */
final class MemberIndex {
    private static final int MAX_NAMES = 4_000_000;

    /**
     * The place of a member's content.
     *
     * @param position see {@link ArchiveMember#position}
     * @param size in bytes
     */
    record MemberRange(long position, long size) {}

    private long[] hashes = new long[1 << 10];
    private long[] positions = new long[1 << 10];
    private long[] sizes = new long[1 << 10];
    private int names;

    /** Adds a member, which replaces an earlier one of the same name. */
    void add(ArchiveMember member) {
        int slot = slot(member.name());
        boolean isNew = hashes[slot] == 0;
        if (isNew && names == MAX_NAMES) {
            return;
        }
        names += isNew ? 1 : 0;
        hashes[slot] = hash(member.name());
        positions[slot] = member.position();
        sizes[slot] = member.size();
        if (2 * names >= hashes.length) {
            grow();
        }
    }

    /** Returns where a member's content is, or null if it is not known. */
    @Nullable
    MemberRange find(String name) {
        int slot = slot(name);
        return hashes[slot] == 0 ? null : new MemberRange(positions[slot], sizes[slot]);
    }

    private int slot(String name) {
        return slot(hash(name));
    }

    private int slot(long hash) {
        int slot = (int) hash & hashes.length - 1;
        while (hashes[slot] != 0 && hashes[slot] != hash) {
            slot = slot + 1 & hashes.length - 1;
        }
        return slot;
    }

    private void grow() {
        long[] oldHashes = hashes;
        long[] oldPositions = positions;
        long[] oldSizes = sizes;
        hashes = new long[2 * oldHashes.length];
        positions = new long[hashes.length];
        sizes = new long[hashes.length];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldHashes[i] != 0) {
                int slot = slot(oldHashes[i]);
                hashes[slot] = oldHashes[i];
                positions[slot] = oldPositions[i];
                sizes[slot] = oldSizes[i];
            }
        }
    }

    /** Returns the hash of a name without {@code ./} at its beginning; never 0. */
    private static long hash(String name) {
        long hash = UniqueNames.hash(name.replaceFirst("^(\\./)+", ""));
        return hash == 0 ? 1 : hash;
    }
}
