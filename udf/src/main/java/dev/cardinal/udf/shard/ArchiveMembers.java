package dev.cardinal.udf.shard;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the members of an archive in order. Closed by its reader; not thread-safe. */
interface ArchiveMembers extends Closeable {

    /** Returns the next member, or null after the last. */
    @Nullable
    ArchiveMember next() throws IOException;

    /** Reads the content of the current member. */
    byte[] content(ArchiveMember member) throws IOException;

    /** Moves to the end of the current member's content, if that is needed to check that all of it exists. */
    void skipContent() throws IOException;

    /** Returns the byte at which the first header of the current member begins. */
    long headerPosition();

    /** Returns the text after a position in messages, with a space before it; empty if the position is one in the file itself. */
    String positionSuffix();
}
