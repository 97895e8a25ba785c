package dev.cardinal.zoo.card;

import java.io.Serializable;

/**
 * The description of a model bundle, stored in {@code assets.extra/card.json}.
 *
 * @param card the card of the import, with all labels
 * @param fingerprint identity of the model, 64 lower-case hex digits
 * @param provenance the checkpoint that contained the weights
 */
public record BundleCard(ModelCard card, String fingerprint, Provenance provenance) implements Serializable {
    /** Path of the description below the bundle's directory. */
    public static final String CARD_FILE = "assets.extra/card.json";

    /** Path of the labels below the bundle's directory: one class per line, name, or name TAB id. */
    public static final String LABELS_FILE = "assets.extra/labels.txt";

    private static final int SHORT_FINGERPRINT = 12;

    public BundleCard {
        CardProblems problems = new CardProblems();
        problems.requirePresent("card", card);
        problems.requirePresent("provenance", provenance);
        problems.require(
                fingerprint != null && fingerprint.matches("[0-9a-f]{64}"),
                "fingerprint must be 64 lower-case hex digits, not '" + fingerprint + "'");
        problems.throwIfAny("bundle");
    }

    /** Returns the {@code model} column of predictions: {@code <card id>@<first 12 hex digits of the fingerprint>}. */
    public String modelId() {
        return modelId(card.id(), fingerprint);
    }

    /** Returns the value of the predictions' {@code model} column for a card id and a fingerprint. */
    public static String modelId(String cardId, String fingerprint) {
        return cardId + "@" + fingerprint.substring(0, SHORT_FINGERPRINT);
    }
}
