package dev.cardinal.zoo;

import java.io.Serializable;

/**
 * What a model bundle says of itself, in {@code assets.extra/card.json}.
 *
 * @param card the card it was imported with, its labels written out
 * @param fingerprint identity of the model, 64 lower-case hex digits
 * @param provenance where its weights were read from
 */
public record BundleCard(ModelCard card, String fingerprint, Provenance provenance) implements Serializable {
    /** Path of its JSON below a bundle's directory. */
    public static final String CARD_FILE = "assets.extra/card.json";

    /** Path of the labels below a bundle's directory: one class a line, name, or name TAB id. */
    public static final String LABELS_FILE = "assets.extra/labels.txt";

    private static final int SHORT_FINGERPRINT = 12;

    public BundleCard {
        Problems problems = new Problems();
        problems.requirePresent("card", card);
        problems.requirePresent("provenance", provenance);
        problems.require(
                fingerprint != null && fingerprint.matches("[0-9a-f]{64}"),
                "fingerprint must be 64 lower-case hex digits, not '" + fingerprint + "'");
        problems.throwIfAny("bundle");
    }

    /** The value of the predictions' {@code model} column: {@code <card id>@<first 12 hex of the fingerprint>}. */
    public String modelId() {
        return modelId(card.id(), fingerprint);
    }

    /** The value of the predictions' {@code model} column for a card's id and a fingerprint. */
    public static String modelId(String cardId, String fingerprint) {
        return cardId + "@" + fingerprint.substring(0, SHORT_FINGERPRINT);
    }
}
