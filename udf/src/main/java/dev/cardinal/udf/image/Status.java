package dev.cardinal.udf.image;

import java.util.Locale;

/** The result for an image: the {@code status} column of the predictions table. */
public enum Status {
    /** Decoded and classified. */
    OK,
    /** The image has no bytes. */
    EMPTY,
    /** Not an image, or an image of a kind that is not supported. */
    UNSUPPORTED,
    /** A corrupt image of a supported kind. */
    UNDECODABLE,
    /** More pixels or bytes than the run allows, or than fit into the executor's memory. */
    TOO_LARGE,
    /** The bytes are unavailable: the file is gone, or reading it is not permitted. */
    UNREADABLE;

    /** Returns the value in the table. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
