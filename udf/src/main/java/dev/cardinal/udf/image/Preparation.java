package dev.cardinal.udf.image;

import org.jspecify.annotations.Nullable;

/** The result of preparing one image: pixels for the model, or the reason why there are none. */
public sealed interface Preparation {

    /**
     * An image ready for the model.
     *
     * @param sourceWidth width before resizing, in pixels
     * @param sourceHeight height before resizing, in pixels
     * @param width columns of a view
     * @param height rows of a view
     * @param rgb {@code views x height x width x 3} bytes: one view after another, each row by row; owned by the caller
     * @param differenceHash difference hash of the whole image before resizing, null unless requested
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of pixels, never compared
    record Ready(
            int sourceWidth,
            int sourceHeight,
            int width,
            int height,
            byte[] rgb,
            @Nullable Long differenceHash) implements Preparation {}

    /**
     * An image without pixels for the model.
     *
     * @param status any but {@code ok}
     * @param error what is wrong and why, one line
     * @param sourceWidth width in pixels, null unless a header was parsed
     * @param sourceHeight height in pixels, null unless a header was parsed
     */
    record Rejected(
            Status status,
            String error,
            @Nullable Integer sourceWidth,
            @Nullable Integer sourceHeight) implements Preparation {}
}
