package dev.cardinal.zoo.serving;

import dev.cardinal.zoo.card.Architecture;
import dev.cardinal.zoo.card.BundleCard;
import dev.cardinal.zoo.card.ClassLabel;
import dev.cardinal.zoo.card.ModelCard;
import dev.cardinal.zoo.card.Preprocessing;
import dev.cardinal.zoo.card.SavedModelCard;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a model that labeling needs, for bundles of Cardinal and for other SavedModels.
 *
 * @param cardId id of the card
 * @param fingerprint identity of the model, 64 lower-case hex digits
 * @param preprocessing conversion of an image into the input
 * @param labels classes, in the order of the outputs
 * @param macs multiply-accumulate operations for one image of the nominal size; null if the architecture is unknown
 * @param io inputs and outputs of the model
 * @param check check after loading
 */
public record ServedModel(
        String cardId,
        String fingerprint,
        Preprocessing preprocessing,
        List<ClassLabel> labels,
        @Nullable Long macs,
        ModelInterface io,
        ServedModelCheck check)
        implements Serializable {

    /** The check of a model in every process that loads it. */
    public enum ServedModelCheck {
        /** The model must return the logits of the import for the golden sample. */
        GOLDEN_SAMPLE,
        /** The model runs once. The outputs must have the right shape; their values are not checked. */
        TRIAL
    }

    public ServedModel {
        labels = List.copyOf(labels);
    }

    /** Returns the properties of a bundle that Cardinal wrote. */
    public static ServedModel of(BundleCard bundle) {
        ModelCard card = bundle.card();
        return new ServedModel(
                card.id(),
                bundle.fingerprint(),
                card.preprocessing(),
                card.labels(),
                card.macs(),
                ModelInterface.BUNDLE,
                ServedModelCheck.GOLDEN_SAMPLE);
    }

    /** Returns the properties of a SavedModel that Cardinal did not write. */
    public static ServedModel of(SavedModelCard card, ModelInterface io, String fingerprint) {
        Architecture architecture = card.architecture();
        return new ServedModel(
                card.id(),
                fingerprint,
                card.preprocessing(),
                card.labels(),
                architecture == null ? null : architecture.macs(card.preprocessing()),
                io,
                ServedModelCheck.TRIAL);
    }

    /** Returns the {@code model} column of predictions: {@code <card id>@<first 12 hex digits of the fingerprint>}. */
    public String modelId() {
        return BundleCard.modelId(cardId, fingerprint);
    }
}
