package dev.cardinal.zoo;

import java.util.List;
import java.util.Optional;

/**
 * What came of an import.
 *
 * @param bundle what the bundle says of itself
 * @param verification how the model compares with the reference, where one was given; it passed
 * @param warnings what the user should know, one line each
 */
public record ImportResult(BundleCard bundle, Optional<Verification> verification, List<String> warnings) {
    public ImportResult {
        warnings = List.copyOf(warnings);
    }
}
