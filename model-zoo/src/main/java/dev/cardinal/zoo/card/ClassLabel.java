package dev.cardinal.zoo.card;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The name of a class.
 *
 * @param name name in predictions
 * @param id identifier in the vocabulary (the WordNet id for ImageNet), or null
 */
public record ClassLabel(String name, @Nullable String id) implements Serializable {
    public ClassLabel {
        CardProblems problems = new CardProblems();
        problems.require(name != null && !name.isBlank(), "a class has no name");
        problems.require(name == null || isOneField(name), "class name '" + name + "' contains a tab or a line break");
        problems.require(id == null || isOneField(id), "class id '" + id + "' contains a tab or a line break");
        problems.throwIfAny("labels");
    }

    private static boolean isOneField(String text) {
        return text.chars().noneMatch(c -> c == '\t' || c == '\n' || c == '\r');
    }
}
