package dev.cardinal.job.source;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A line of a manifest.
 *
 * @param uri URI of a file as written; a relative URI is relative to the manifest's directory
 * @param truth text of its class, or null
 * @param length in bytes, or null if the manifest does not contain it
 * @param modifiedMillis modification time in milliseconds since 1970, or null if the manifest does not contain it
 */
record ManifestEntry(
        String uri,
        @Nullable String truth,
        @Nullable Long length,
        @Nullable Long modifiedMillis) implements Serializable {}
