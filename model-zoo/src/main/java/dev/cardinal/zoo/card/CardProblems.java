package dev.cardinal.zoo.card;

import dev.cardinal.zoo.CardinalException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects all problems of one part of a card, so that one error reports them together. Not thread-safe. */
final class CardProblems {
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

    /** Requires one label per class of the architecture; any number if the architecture is unknown. */
    void requireLabels(List<ClassLabel> labels, @Nullable Architecture architecture) {
        require(
                architecture == null || labels.size() == architecture.classes(),
                "found " + labels.size() + " labels for " + (architecture == null ? 0 : architecture.classes())
                        + " classes");
    }

    /** @throws CardinalException with the part and every problem, if there are problems */
    void throwIfAny(String part) {
        if (!found.isEmpty()) {
            throw CardinalException.card(part + ": " + String.join("; ", found));
        }
    }
}
