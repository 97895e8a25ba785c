package dev.cardinal.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * Where a bundle's weights were read from.
 *
 * @param checkpoint name of the checkpoint file, without its directory
 * @param sha256 SHA-256 of that file, lower-case hex
 * @param container format of that file
 * @param hashCheck how that SHA-256 compares with the card's; unchecked when a bundle does not say
 */
public record Provenance(String checkpoint, String sha256, String container, HashCheck hashCheck)
        implements Serializable {

    /** How the SHA-256 of a checkpoint compares with the prefix that its card names. */
    public enum HashCheck {
        /** It begins with the prefix. */
        @JsonProperty("matched")
        MATCHED,
        /** It does not, and was imported all the same, as {@code --allow-hash-mismatch} asks. */
        @JsonProperty("mismatched")
        MISMATCHED,
        /** The card names no prefix. */
        @JsonProperty("unchecked")
        UNCHECKED
    }

    public Provenance {
        hashCheck = hashCheck == null ? HashCheck.UNCHECKED : hashCheck;
    }
}
