package dev.cardinal.udf.pipeline;

import dev.cardinal.udf.image.Preparation;
import dev.cardinal.udf.image.RawImage;

/** An image in memory. */
public sealed interface ImageInput {

    /** The encoded content of an image file. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes, never compared
    record Encoded(byte[] bytes) implements ImageInput {}

    /** An image that is already decoded. */
    record Decoded(RawImage image) implements ImageInput {}

    /** A value that is not an image, with the reason. */
    record Broken(Preparation.Rejected rejected) implements ImageInput {}
}
