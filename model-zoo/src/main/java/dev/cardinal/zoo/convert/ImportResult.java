package dev.cardinal.zoo.convert;

import dev.cardinal.zoo.card.BundleCard;
import java.util.List;
import java.util.Optional;

/**
 * The result of an import. Immutable.
 *
 * @param bundle description of the bundle
 * @param verification passed comparison of the model with the reference; empty if the request had no reference
 * @param notes which weights were taken and what else the checkpoint contains, one line each
 * @param warnings warnings for the user, one line each
 */
public record ImportResult(
        BundleCard bundle, Optional<Verification> verification, List<String> notes, List<String> warnings) {
    public ImportResult {
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
    }
}
