package dev.cardinal.job.source;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A line of a manifest.
 *
 * @param uri of a file, as it stands there; relative ones are to the manifest's directory
 * @param truth the text for its class, or null
 * @param length in bytes, or null where the manifest does not say
 * @param modifiedMillis modification time in milliseconds since 1970, or null where the manifest does not say
 */
record ManifestEntry(
        String uri,
        @Nullable String truth,
        @Nullable Long length,
        @Nullable Long modifiedMillis) implements Serializable {}
