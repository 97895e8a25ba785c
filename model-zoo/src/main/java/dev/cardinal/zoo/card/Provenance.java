package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * The checkpoint that contained the weights of a bundle.
 *
 * @param checkpoint name of the checkpoint file, without its directory
 * @param sha256 SHA-256 of that file, lower-case hex
 * @param format format of that file
 * @param hashCheck comparison of that SHA-256 with the card; unchecked if the bundle does not record it
 */
public record Provenance(
        String checkpoint,
        String sha256,
        @JsonProperty("container") String format,
        HashCheck hashCheck) implements Serializable {

    /** Comparison of the SHA-256 of a checkpoint with the prefix in its card. */
    public enum HashCheck {
        /** The hash begins with the prefix. */
        @JsonProperty("matched")
        MATCHED,
        /** The hash differs, but {@code --allow-hash-mismatch} allowed the import. */
        @JsonProperty("mismatched")
        MISMATCHED,
        /** The card has no prefix. */
        @JsonProperty("unchecked")
        UNCHECKED
    }

    public Provenance {
        hashCheck = hashCheck == null ? HashCheck.UNCHECKED : hashCheck;
    }
}
