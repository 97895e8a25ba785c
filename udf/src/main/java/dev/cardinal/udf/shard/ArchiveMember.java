package dev.cardinal.udf.shard;

import org.jspecify.annotations.Nullable;

/**
 * A member of an archive.
 *
 * @param name path in the archive, as its writer gave it
 * @param type kind of member
 * @param position byte at which its content begins in the uncompressed tar archive, or at which its directory entry begins in the
 *     ZIP archive
 * @param size bytes of its content
 * @param target name of the member that a hard link shares its content with, or null
 * @param problem why its content cannot be read, or null
 */
record ArchiveMember(
        String name,
        Type type,
        long position,
        long size,
        @Nullable String target,
        @Nullable String problem) {
    enum Type {
        /** A file. */
        REGULAR,
        /** Another name of an earlier file. */
        HARD_LINK,
        /** A symbolic link. */
        SYMBOLIC_LINK,
        /** A directory, or a description of the archive. */
        DIRECTORY,
        /** A device, a named pipe, or a kind that is not known. */
        OTHER
    }

    /** Returns the same member with the content of another member. */
    ArchiveMember withContentAt(long otherPosition, long otherSize) {
        return new ArchiveMember(name, Type.REGULAR, otherPosition, otherSize, null, null);
    }
}
