package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.card.Labels;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.npz.ReferenceBatch;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The request for an import. Immutable.
 *
 * @param card description of the model in the checkpoint
 * @param checkpoint checkpoint file
 * @param state path of the state dict in the checkpoint that contains the weights; null uses the first that fits the card
 * @param labels file of the class names of a fine-tuned checkpoint, in the format of {@link Labels}; null uses those of
 *     the card
 * @param hashPolicy action if the hash of the file differs from the card
 * @param reference {@code .npz} file of images and logits to verify the model, as described in {@link ReferenceBatch};
 *     null skips the verification
 * @param output directory of the bundle; must be missing or empty
 */
public record ImportRequest(
        ModelCard card,
        Path checkpoint,
        @Nullable String state,
        @Nullable Path labels,
        HashPolicy hashPolicy,
        @Nullable Path reference,
        Path output) {

    /** Returns the request for a card's released checkpoint, with the labels of the card. */
    public static ImportRequest released(ModelCard card, Path checkpoint, Path output) {
        return new ImportRequest(card, checkpoint, null, null, HashPolicy.REQUIRE_MATCH, null, output);
    }

    /** Action if the SHA-256 of a checkpoint does not begin with the prefix in its card. */
    public enum HashPolicy {
        /** Refuse the checkpoint with a message that contains both. */
        REQUIRE_MATCH,
        /** Import the checkpoint with a warning; the bundle records the hash of the file. */
        WARN_ON_MISMATCH
    }
}
