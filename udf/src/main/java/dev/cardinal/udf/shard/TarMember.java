package dev.cardinal.udf.shard;

/**
 * A member of a tar archive.
 *
 * @param name path in the archive, as its writer gave it
 * @param type what it is
 * @param position byte of the uncompressed archive at which its content begins
 * @param size bytes of its content as they lie in the archive
 */
record TarMember(String name, Type type, long position, long size) {
    enum Type {
        /** A file whose content lies in the archive as it is. */
        REGULAR,
        /** A file whose holes were left out. */
        SPARSE,
        /** A directory, link, device or volume label. */
        OTHER
    }
}
