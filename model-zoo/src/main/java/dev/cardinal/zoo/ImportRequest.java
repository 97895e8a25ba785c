package dev.cardinal.zoo;

import java.nio.file.Path;

/**
 * What to import.
 *
 * @param card what the checkpoint is expected to be
 * @param checkpoint the released weight file
 * @param hashPolicy what to do where the file is not the one the card names
 * @param output directory to write the bundle to; must be missing or empty
 */
public record ImportRequest(ModelCard card, Path checkpoint, HashPolicy hashPolicy, Path output) {

    /** What to do where a checkpoint's SHA-256 does not begin as its card says. */
    public enum HashPolicy {
        /** Refuse it, naming both. */
        REQUIRE_MATCH,
        /** Import it with a warning; the bundle records the file's own hash. */
        WARN_ON_MISMATCH
    }
}
