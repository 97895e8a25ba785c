package dev.cardinal.udf.image;

import java.util.Locale;

/** What became of an image; the {@code status} column of the predictions table. */
public enum Status {
    /** Decoded and classified. */
    OK,
    /** No bytes. */
    EMPTY,
    /** The leading bytes are of no format that is decoded. */
    UNSUPPORTED,
    /** A format that is decoded, broken. */
    UNDECODABLE,
    /** More pixels or bytes than the run allows, or than fit into the memory of the executor that had it. */
    TOO_LARGE,
    /** The bytes are not to be had: gone, or no permission. */
    UNREADABLE;

    /** The value in the table. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
