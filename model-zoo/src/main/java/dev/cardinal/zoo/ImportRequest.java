package dev.cardinal.zoo;

import dev.cardinal.zoo.npz.ReferenceBatch;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to import.
 *
 * @param card what the checkpoint is expected to be
 * @param checkpoint the released weight file
 * @param labels file of the class names of a fine-tuned checkpoint, in the format of {@link Labels}; null takes the card's
 * @param hashPolicy what to do where the file is not the one the card names
 * @param reference an {@code .npz} of images and logits to hold the model to, as {@link ReferenceBatch} describes it; null
 *     compares nothing
 * @param output directory to write the bundle to; must be missing or empty
 */
public record ImportRequest(
        ModelCard card,
        Path checkpoint,
        @Nullable Path labels,
        HashPolicy hashPolicy,
        @Nullable Path reference,
        Path output) {

    /** A card's own checkpoint, with the card's labels. */
    public static ImportRequest released(ModelCard card, Path checkpoint, Path output) {
        return new ImportRequest(card, checkpoint, null, HashPolicy.REQUIRE_MATCH, null, output);
    }

    /** What to do where a checkpoint's SHA-256 does not begin as its card says. */
    public enum HashPolicy {
        /** Refuse it, naming both. */
        REQUIRE_MATCH,
        /** Import it with a warning; the bundle records the file's own hash. */
        WARN_ON_MISMATCH
    }
}
