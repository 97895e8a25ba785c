package dev.cardinal.zoo;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The name of a class.
 *
 * @param name what predictions show
 * @param id identifier in its vocabulary (for ImageNet the WordNet id), or null
 */
public record ClassLabel(String name, @Nullable String id) implements Serializable {
    public ClassLabel {
        Problems problems = new Problems();
        problems.require(name != null && !name.isBlank(), "a class needs a name");
        problems.require(name == null || isOneField(name), "class name '" + name + "' holds a tab or a line break");
        problems.require(id == null || isOneField(id), "class id '" + id + "' holds a tab or a line break");
        problems.throwIfAny("labels");
    }

    private static boolean isOneField(String text) {
        return text.chars().noneMatch(c -> c == '\t' || c == '\n' || c == '\r');
    }
}
