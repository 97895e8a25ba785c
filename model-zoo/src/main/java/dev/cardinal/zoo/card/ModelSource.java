package dev.cardinal.zoo.card;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The origin of a card's weights and the figures that their authors published.
 *
 * @param file name of the released checkpoint, or null if none was released
 * @param url its URL, or null
 * @param sha256Prefix first hex digits of its SHA-256, lower case, or null
 * @param license SPDX-like name of the weights' license, or null
 * @param published accuracy as published by the authors, or null
 */
public record ModelSource(
        @Nullable String file,
        @Nullable String url,
        @Nullable String sha256Prefix,
        @JsonProperty("licence") @Nullable String license,
        @Nullable Published published)
        implements Serializable {
    private static final Set<String> PERMISSIVE = Set.of("Apache-2.0", "BSD-3-Clause", "MIT");

    /**
     * Accuracy on the validation set of ImageNet, or on the data set in the note.
     *
     * @param top1 percent
     * @param top5 percent, or null if it was not published
     * @param note a remark that readers of the figures need, or null
     */
    public record Published(
            double top1, @Nullable Double top5, @Nullable String note) implements Serializable {}

    public ModelSource {
        CardProblems problems = new CardProblems();
        problems.require(
                sha256Prefix == null || sha256Prefix.matches("[0-9a-f]{8,64}"),
                "sha256_prefix must be 8 to 64 lower-case hex digits, not '" + sha256Prefix + "'");
        problems.throwIfAny("source");
    }

    /** Returns whether the license is known and permits commercial use; an unknown license is not taken as permission. */
    public boolean permitsCommercialUse() {
        return license != null && PERMISSIVE.contains(license);
    }

    /** Returns whether this is a Creative Commons license that forbids commercial use. */
    public boolean forbidsCommercialUse() {
        return license != null && license.startsWith("CC-BY-NC");
    }

    /** Returns this source without the published accuracy. */
    ModelSource withoutAccuracy() {
        return new ModelSource(file, url, sha256Prefix, license, null);
    }

    /** Returns the source of weights that were fine-tuned from these: only the license remains. */
    ModelSource fineTuned() {
        return new ModelSource(null, null, null, license, null);
    }
}
