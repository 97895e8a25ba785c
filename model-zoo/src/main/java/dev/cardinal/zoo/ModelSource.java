package dev.cardinal.zoo;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where a card's weights come from and what their owners say of them.
 *
 * @param file name of the released checkpoint, or null where none was released
 * @param url where it is downloaded from, or null
 * @param sha256Prefix first hex digits of its SHA-256, lower case, or null
 * @param licence SPDX-like name of the weights' licence, or null
 * @param published accuracy as its owners print it, or null
 */
public record ModelSource(
        @Nullable String file,
        @Nullable String url,
        @Nullable String sha256Prefix,
        @Nullable String licence,
        @Nullable Published published)
        implements Serializable {

    /**
     * Accuracy on ImageNet's validation set, or on the data set that the note names.
     *
     * @param top1 percent
     * @param top5 percent, or null where it was not printed
     * @param note what a reader must know of these figures, or null
     */
    public record Published(
            double top1, @Nullable Double top5, @Nullable String note) implements Serializable {}

    public ModelSource {
        Problems problems = new Problems();
        problems.require(
                sha256Prefix == null || sha256Prefix.matches("[0-9a-f]{8,64}"),
                "sha256_prefix must be 8 to 64 lower-case hex digits, not '" + sha256Prefix + "'");
        problems.throwIfAny("source");
    }

    /** Whether the licence is a Creative Commons one that forbids commercial use. */
    public boolean forbidsCommercialUse() {
        return licence != null && licence.startsWith("CC-BY-NC");
    }

    /** What still holds of weights that were fine-tuned from these: the licence. */
    ModelSource fineTuned() {
        return new ModelSource(null, null, null, licence, null);
    }
}
