package dev.cardinal.udf.image;

import org.jspecify.annotations.Nullable;

/** The hash that a preparer computes of an image before it is resized. */
public enum ImageHash {
    /** No hash. */
    NONE,
    /** The difference hash of the column {@code dhash}. */
    DIFFERENCE;

    @Nullable
    Long of(Pixels image) {
        return this == DIFFERENCE ? DifferenceHash.of(image) : null;
    }
}
