package dev.cardinal.zoo;

import java.util.List;

/**
 * What came of an import.
 *
 * @param bundle what the bundle says of itself
 * @param warnings what the user should know, one line each
 */
public record ImportResult(BundleCard bundle, List<String> warnings) {
    public ImportResult {
        warnings = List.copyOf(warnings);
    }
}
