package dev.cardinal.zoo;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers everything wrong with one part of a card, so that one error names it all. Not thread-safe. */
final class Problems {
    private final List<String> found = new ArrayList<>();

    void require(boolean condition, String problem) {
        if (!condition) {
            found.add(problem);
        }
    }

    void requirePresent(String name, @Nullable Object value) {
        require(value != null, name + " is missing");
    }

    void requireId(@Nullable String id) {
        require(
                id != null && id.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                "id must be letters, digits, dots, dashes and underscores, not '" + id + "'");
    }

    /** A label for every class of the architecture; any number where that is not known. */
    void requireLabels(List<ClassLabel> labels, @Nullable Architecture architecture) {
        require(
                architecture == null || labels.size() == architecture.classes(),
                "it has " + labels.size() + " labels for " + (architecture == null ? 0 : architecture.classes())
                        + " classes");
    }

    /** @throws CardinalException naming the part and every problem */
    void throwIfAny(String part) {
        if (!found.isEmpty()) {
            throw CardinalException.card(part + ": " + String.join("; ", found));
        }
    }
}
