package dev.cardinal.udf;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;

/** An image that lies in memory. */
public sealed interface Picture {

    /** As a file holds it. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Encoded(byte[] bytes) implements Picture {}

    /** Decoded already. */
    record Decoded(RawImage image) implements Picture {}

    /** Neither, for a reason. */
    record Broken(Preparation.Rejected rejected) implements Picture {}
}
