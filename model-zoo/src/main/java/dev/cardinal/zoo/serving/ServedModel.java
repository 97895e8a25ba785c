package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.Architecture;
import dev.cardinal.zoo.BundleCard;
import dev.cardinal.zoo.ClassLabel;
import dev.cardinal.zoo.ModelCard;
import dev.cardinal.zoo.Preprocessing;
import dev.cardinal.zoo.SavedModelCard;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What labelling needs to know of a model, wherever it was made.
 *
 * @param cardId id of its card
 * @param fingerprint identity of the model, 64 lower-case hex digits
 * @param preprocessing how an image becomes its input
 * @param labels its classes, in the order of its outputs
 * @param macs multiply-accumulate operations for one image of the nominal size, null where the architecture is not known
 * @param io how it is asked
 * @param check how it is checked where it is loaded
 */
public record ServedModel(
        String cardId,
        String fingerprint,
        Preprocessing preprocessing,
        List<ClassLabel> labels,
        @Nullable Long macs,
        ModelInterface io,
        Check check)
        implements Serializable {

    /** How a model is checked where it is loaded. */
    public enum Check {
        /** It is asked what it was asked where it was imported, and must give the same logits. */
        GOLDEN_SAMPLE,
        /** It is asked once; its answer must have the right form, whatever the numbers are. */
        TRIAL
    }

    public ServedModel {
        labels = List.copyOf(labels);
    }

    /** A bundle that Cardinal has written. */
    public static ServedModel of(BundleCard bundle) {
        ModelCard card = bundle.card();
        return new ServedModel(
                card.id(),
                bundle.fingerprint(),
                card.preprocessing(),
                card.labels(),
                card.macs(),
                ModelInterface.BUNDLE,
                Check.GOLDEN_SAMPLE);
    }

    /** A SavedModel that was made elsewhere. */
    public static ServedModel of(SavedModelCard card, ModelInterface io, String fingerprint) {
        Architecture architecture = card.architecture();
        return new ServedModel(
                card.id(),
                fingerprint,
                card.preprocessing(),
                card.labels(),
                architecture == null ? null : architecture.macs(card.preprocessing()),
                io,
                Check.TRIAL);
    }

    /** The value of the predictions' {@code model} column: {@code <card id>@<first 12 hex of the fingerprint>}. */
    public String modelId() {
        return BundleCard.modelId(cardId, fingerprint);
    }
}
