package dev.cardinal.udf.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * A row with its image.
 *
 * @param row what is kept of the row until its image is classified
 * @param rowBytes approximate size of that in memory
 * @param input its image, null if it has none
 */
public record ImageRow<K>(K row, long rowBytes, @Nullable ImageInput input) {}
