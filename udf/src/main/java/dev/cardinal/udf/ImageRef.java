package dev.cardinal.udf;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * An image that is to be labelled: where its bytes lie and what is known of it without reading them.
 *
 * @param path identity of its row: the fully qualified, unescaped path
 * @param length encoded size in bytes
 * @param modifiedMillis modification time of its file, in milliseconds since 1970
 * @param truth the source's text for its class, or null
 */
public record ImageRef(
        String path,
        long length,
        long modifiedMillis,
        @Nullable String truth) implements Serializable {}
