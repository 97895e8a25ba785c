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

    /** @throws CardinalException naming the part and every problem */
    void throwIfAny(String part) {
        if (!found.isEmpty()) {
            throw CardinalException.card(part + ": " + String.join("; ", found));
        }
    }
}
