package dev.cardinal.udf;

import org.jspecify.annotations.Nullable;

/**
 * A row with its image.
 *
 * @param row what is kept of the row until its image is classified
 * @param rowBytes about what that takes in memory
 * @param picture its image, or null where it has none
 */
public record HeldImage<K>(K row, long rowBytes, @Nullable Picture picture) {}
